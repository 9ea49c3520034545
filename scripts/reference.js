// Writes docs/reference from the code: `pnpm reference`.
import { fileURLToPath } from 'node:url';
import { writeReference } from '../packages/agent/dist/docs/reference.js';

await writeReference(fileURLToPath(new URL('../docs/reference', import.meta.url)));
