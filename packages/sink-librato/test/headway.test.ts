import { expect, test } from '@jest/globals';
import { isSinkError } from '@tallyman/sdk';
import type { LibratoReceiver } from '@tallyman/testkit';
import {
  batchOf,
  containerOf,
  eventRecord,
  type LibratoRecord,
  statRecord,
  timeAt,
} from './records.ts';
import { never, receiverWith, type SinkUnderTest, sinkFor, tokens } from './sink-under-test.ts';

const records = Array.from({ length: 5 }, (_, window) => [
  ...Array.from({ length: 60 }, (__, at) =>
    statRecord({
      container: containerOf(`web-${at}`),
      time: timeAt(window * 10_000),
      cpu: { usageNanos: window * 1_000 + at, onlineCpus: 1 },
    }),
  ),
  eventRecord({ time: timeAt(window * 10_000) }),
]).flat();

/** Tries what is left until nothing is, as a lane does, and says how often. */
async function attemptsFor({ sink }: SinkUnderTest, all: readonly LibratoRecord[]) {
  let left = all;
  for (let attempt = 1; attempt <= 100; attempt++) {
    try {
      await sink.write(batchOf(left), never);
      return attempt;
    } catch (error) {
      if (!isSinkError(error)) throw error;
      const { disposition, retry } = error;
      if (disposition === 'partial') left = retry.flatMap((index) => left[index] ?? []);
    }
  }
  throw new Error('it did not get through in 100 attempts');
}

/** The name, source and time of each point that was accepted, each accepted time. */
function keysIn(receiver: LibratoReceiver): readonly string[] {
  return receiver.ledger().points.map(({ name, source, time }) => `${name} ${source} ${time}`);
}

test('a batch gets through though few of its requests do, and no point is sent again once accepted', async () => {
  await using whole = await receiverWith();
  await using receiver = await receiverWith();
  await using undisturbed = sinkFor(whole.address.url, { api: 'metrics' });
  await using under = sinkFor(receiver.address.url, { api: 'metrics' });
  const steps = Array.from({ length: 30 }, () => ['ok', '503', 'reset', '429'] as const).flat();
  receiver.script(steps);

  await undisturbed.sink.write(batchOf(records), never);
  const attempts = await attemptsFor(under, records);

  expect(attempts).toBeGreaterThan(5);
  expect(keysIn(receiver)).toHaveLength(new Set(keysIn(receiver)).size);
  expect(keysIn(receiver).toSorted()).toEqual(keysIn(whole).toSorted());
  expect(receiver.counts().annotations).toBe(5);
});

test('the windows of what is tried again are what they were', async () => {
  await using receiver = await receiverWith();
  // One request for both kinds: so some records are done while earlier ones of their containers are not.
  const shared = { tokens: { stat: tokens.stat, log: tokens.stat, event: tokens.event } };
  await using under = sinkFor(receiver.address.url, {}, shared);
  receiver.script(['503', 'ok', 'ok', 'ok', '503', 'reset', 'ok', '503']);

  await attemptsFor(under, records);

  const gains = receiver.ledger().points.filter(({ name }) => name === 'docker.cpu.usage_nanos');
  expect(gains).toHaveLength(4 * 60);
  expect(gains.every(({ value }) => value === 1_000)).toBe(true);
});
