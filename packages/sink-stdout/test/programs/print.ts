/**
 * Prints batches to standard output through the sink, and reports on descriptor 3, one JSON line each.
 * `turns`: whether the event loop goes on while a batch waits. `exit`: exits in the middle of it.
 * `until-gone`: prints until the sink says that nobody reads.
 */
import { readFileSync, writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { batchOf, logRecord, observedContext } from '@tallyman/testkit';
import stdout, { isReaderGone } from '../../src/index.ts';

const { context: sinkContext } = observedContext();

const never = new AbortController().signal;
const [mode, format = 'json'] = process.argv.slice(2);
const sink = stdout.create(
  { format: format === 'pretty' ? 'pretty' : 'json', color: 'never' },
  sinkContext,
);
const batch = batchOf(
  Array.from({ length: 4_000 }, (_, index) => logRecord({ message: `${index} `.padEnd(200, '.') })),
);

if (mode === 'until-gone') await printUntilGone();
else await printOnce();

async function printOnce(): Promise<void> {
  let settled = false;
  const write = sink.write(batch, never).finally(() => {
    settled = true;
  });
  for (let turns = 0; turns < 20; turns++) await setTimeout(1);
  report({ settled, sharedIsNonBlocking: sharedIsNonBlocking() });
  if (mode === 'exit') process.exit(0);
  await write;
  report({ settled });
  await sink.close?.(never);
}

async function printUntilGone(): Promise<void> {
  for (let printed = 0; ; printed++) {
    try {
      await sink.write({ ...batch, id: `batch-${printed}` }, never);
    } catch (error) {
      report({ readerGone: isReaderGone(error), message: String(error) });
      return;
    }
  }
}

function report(facts: object): void {
  writeSync(3, `${JSON.stringify(facts)}\n`);
}

/** Whether O_NONBLOCK is set for everybody who shares our standard output (proc(5), fdinfo). */
function sharedIsNonBlocking(): boolean {
  const flags = /flags:\s*([0-7]+)/.exec(readFileSync('/proc/self/fdinfo/1', 'utf8'))?.[1] ?? '0';
  return (Number.parseInt(flags, 8) & 0o4000) !== 0;
}
