import { runProgram } from './program.ts';
import { supplySdk } from './sinks/supply-sdk.ts';

supplySdk();
process.exit(await runProgram(process.argv.slice(2)));
