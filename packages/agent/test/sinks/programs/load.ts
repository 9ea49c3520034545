/** Loads the sink of the given name from the given folder and prints what came of it, as the program would. */
import { findSinks } from '../../../src/sinks/catalogue.ts';
import { supplySdk } from '../../../src/sinks/supply-sdk.ts';

const [path = '', type = ''] = process.argv.slice(2);
supplySdk();
try {
  const definition = await findSinks([{ path, presence: 'must-exist' }]).definition(type);
  console.log(JSON.stringify({ type: definition.type, summary: definition.summary }));
} catch (error) {
  console.log(JSON.stringify({ error: String(error) }));
}
