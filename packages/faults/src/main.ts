import { randomInt } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { messageOf } from '@tallyman/sdk';
import { canStartEngines } from '@tallyman/testkit/docker';
import { optionsFrom, type RunOptions, usage } from './options.ts';
import { textOf } from './report.ts';
import { runLedgerTest } from './run.ts';

process.exitCode = await main(process.argv.slice(2));

/** Resolves with the exit code: 0 where everything held, 1 where it did not, 2 for a wrong command line. */
async function main(args: readonly string[]): Promise<number> {
  let options: RunOptions;
  try {
    options = optionsFrom(args, randomInt(1, 1_000_000));
  } catch (thrown) {
    process.stderr.write(`${messageOf(thrown)}\n${usage}`);
    return 2;
  }
  if (!canStartEngines()) {
    process.stderr.write('starting an engine of its own needs root, a dockerd and namespaces\n');
    return 1;
  }
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort(new Error('interrupted')));
  process.once('SIGTERM', () => stopped.abort(new Error('terminated')));
  const tell = (text: string) => process.stderr.write(`${text}\n`);
  tell(`seed ${options.seed}`);
  const { result, details, folder } = await runLedgerTest(options, {
    tell,
    signal: stopped.signal,
  });
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(result, undefined, 2));
  process.stdout.write(`${textOf(result)}${details}${details === '' ? '' : '\n'}`);
  if (result.ok && !options.keep) rmSync(folder, { recursive: true, force: true });
  else tell(`kept: ${folder}`);
  return result.ok ? 0 : 1;
}
