export { runProgram } from './program.ts';
export { version } from './version.ts';
