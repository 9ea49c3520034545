import { relative } from 'node:path';
import { types } from 'node:util';
import { ChoiceError, type Choices } from './choices.ts';
import { generated } from './generated.ts';
import { CommanderError, readCommandLine } from './program.ts';
import { answered } from './questions.ts';
import { settled } from './settled.ts';
import { write } from './write.ts';

const exitCodes = { clean: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** The command line `create-tallyman-sink`. Resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { said, otherwise } = readCommandLine(args);
    const { stdin, stdout } = process;
    const canAsk = otherwise === 'ask' && stdin.isTTY && stdout.isTTY;
    const all = canAsk ? await answered(said, { input: stdin, output: stdout }) : said;
    if (all === undefined) {
      process.stderr.write('create-tallyman-sink: broken off, nothing was written\n');
      return exitCodes.interrupted;
    }
    const choices = settled(all);
    const files = generated(choices);
    write(files, choices.directory);
    stdout.write(nextSteps(choices, [...files.keys()]));
    return exitCodes.clean;
  } catch (error) {
    return explained(error);
  }
}

function explained(error: unknown): number {
  // Has said it already.
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.clean : exitCodes.usage;
  const message = types.isNativeError(error) ? error.message : String(error);
  process.stderr.write(`create-tallyman-sink: ${message}\n`);
  return error instanceof ChoiceError ? exitCodes.usage : exitCodes.failure;
}

function nextSteps({ packageName, directory }: Choices, files: readonly string[]): string {
  const folder = relative('', directory) || '.';
  return [
    `Wrote ${packageName} to ${folder}:`,
    ...files.map((file) => `  ${file}`),
    '',
    'Its tests pass as it stands:',
    ...(folder === '.' ? [] : [`  cd ${folder}`]),
    '  npm install',
    '  npm test',
    '',
    'README.md says what comes next.',
    '',
  ].join('\n');
}
