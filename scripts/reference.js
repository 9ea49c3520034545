// Writes from the code what is generated: docs/reference and the schema for editors: `pnpm reference`.
import { fileURLToPath } from 'node:url';
import { writeGenerated } from '../packages/agent/dist/docs/reference.js';

await writeGenerated(fileURLToPath(new URL('..', import.meta.url)));
