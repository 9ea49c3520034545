import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Batch, ContainerLog } from '@tallyman/sdk';
import { batchOf, logRecord, observedContext } from '@tallyman/testkit';
import fc from 'fast-check';
import { createStdoutSink } from '../src/index.ts';
import { HeldOutput } from './held-output.ts';

const { context: sinkContext } = observedContext();

type Step = { readonly do: 'take'; readonly bytes: number } | { readonly do: 'abort' | 'fail' };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('take' as const),
        bytes: fc.integer({ min: 1, max: 400 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('abort' as const, 'fail' as const) }) },
  ),
  { maxLength: 30 },
);

test('prints whole lines only and each delivered record once per try, whatever the output does', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const output = new HeldOutput();
      const sink = createStdoutSink({ format: 'json', color: 'auto' }, sinkContext, output);
      const batches = Array.from({ length: 4 }, (_, index) => numberedBatch(index));

      const moves = [...script];
      const given: boolean[] = [];
      for (const batch of batches)
        given.push(await tryTwice(sink.write.bind(sink), batch, moves, output));
      const closing = sink.close?.(AbortSignal.abort());
      while (output.hasWaiting) await output.take();
      await closing;

      const printed = messagesOf(output.text);
      const delivered = batches
        .filter((_, index) => given[index])
        .flatMap(({ records }) => records.map(messageOf));
      for (const message of delivered)
        expect(printed.filter((other) => other === message)).toHaveLength(1);
      expect(printed).toEqual([...printed].sort());
    }),
    { numRuns: 300 },
  );
});

/** The second try is let through. Says whether the batch was delivered; every third batch is given up after one. */
async function tryTwice(
  write: (batch: Batch, signal: AbortSignal) => Promise<void>,
  batch: Batch,
  moves: Step[],
  output: HeldOutput,
): Promise<boolean> {
  if (await attempt(write, batch, moves, output)) return true;
  if (batch.id.endsWith('2')) return false;
  return await attempt(write, { ...batch, attempt: 2 }, [], output);
}

async function attempt(
  write: (batch: Batch, signal: AbortSignal) => Promise<void>,
  batch: Batch,
  moves: Step[],
  output: HeldOutput,
): Promise<boolean> {
  const aborting = new AbortController();
  let settled: boolean | undefined;
  write(batch, aborting.signal).then(
    () => {
      settled = true;
    },
    () => {
      settled = false;
    },
  );
  await setImmediate();
  while (settled === undefined) {
    const move = moves.shift() ?? { do: 'take', bytes: 1_000_000 };
    if (move.do === 'take') await output.take(move.bytes);
    else if (move.do === 'fail') await output.fail(new Error('no space'));
    else aborting.abort();
    await setImmediate();
  }
  return settled;
}

function numberedBatch(index: number): Batch {
  const records = ['a', 'b', 'c'].map((letter) => logRecord({ message: `${index}${letter}` }));
  return batchOf(records, `batch-${index}`);
}

function messageOf(record: Batch['records'][number]): string {
  return record.kind === 'log' ? record.message : '';
}

/** Throws where a line is torn. */
function messagesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  const last = lines.pop();
  if (last !== '') throw new Error(`the text ends in the middle of a line: ${last}`);
  return lines.map((line): ContainerLog => JSON.parse(line)).map(({ message }) => message);
}
