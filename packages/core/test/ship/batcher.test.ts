import { expect, test } from '@jest/globals';
import type { ContainerEvent } from '@tallyman/sdk';
import { VirtualClock } from '@tallyman/testkit';
import fc from 'fast-check';
import { batchIds } from '../../src/ship/batch.ts';
import { Batcher } from '../../src/ship/batcher.ts';
import type { Entry } from '../../src/ship/entry.ts';
import { idsOf, line, markAt, record, recordsTo } from './records.ts';

function batcherOf(settings: { maxRecords?: number; maxBytes?: number; maxWaitMs?: number }) {
  const clock = new VirtualClock();
  const full: Entry[] = [];
  let place = 0;
  const ripe: number[] = [];
  const batcher = new Batcher(
    { maxRecords: 10, maxBytes: 10_000, maxWaitMs: 1_000, ...settings },
    {
      clock,
      content: 'other',
      nextId: batchIds('lane', 35),
      nextPlace: (records) => {
        place += records;
        return place - records;
      },
      full: (entry) => full.push(entry),
      ripe: () => ripe.push(clock.monotonicMs()),
    },
  );
  return { batcher, clock, full, ripe };
}

test('batches joined are the records, in order; none is empty, none over a limit unless one record is', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 200 });
  const limit = fc.integer({ min: 1, max: 20 });
  fc.assert(
    fc.property(weights, limit, fc.integer({ min: 1, max: 600 }), (sizes, maxRecords, maxBytes) => {
      const { batcher, full } = batcherOf({ maxRecords, maxBytes });
      const records = sizes.map((bytes, index) => ({ record: record(String(index)), bytes }));

      for (const { record, bytes } of records) batcher.add(record, bytes);
      const rest = batcher.cut();
      const entries = rest ? [...full, rest] : full;
      const batches = entries.flatMap(({ whole }) => whole ?? []);

      expect(batches.flatMap((batch) => Array.from(batch.records))).toEqual(
        records.map((each) => each.record),
      );
      for (const { records, bytes, place } of batches) {
        expect(records.length).toBeGreaterThan(0);
        expect(records.length).toBeLessThanOrEqual(maxRecords);
        expect(bytes <= maxBytes || records.length === 1).toBe(true);
        expect(records.at(0)?.id).toBe(String(place));
        expect(bytes).toBe(sizes.slice(place, place + records.length).reduce((a, b) => a + b, 0));
      }
      expect(new Set(batches.map(({ id }) => id)).size).toBe(batches.length);
    }),
  );
});

test('cuts runs of records where it would cut the same records one by one', () => {
  const run = fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 60 });
  const limit = fc.integer({ min: 1, max: 20 });
  fc.assert(
    fc.property(fc.array(run), limit, fc.integer({ min: 1, max: 600 }), (runs, ...limits) => {
      const [maxRecords, maxBytes] = limits;
      const [one, other] = [
        batcherOf({ maxRecords, maxBytes }),
        batcherOf({ maxRecords, maxBytes }),
      ];
      const records = runs.map((weights, at) =>
        weights.map((_, index) => record(`${at}:${index}`)),
      );

      for (const [at, weights] of runs.entries()) {
        one.batcher.addRun(records[at] ?? [], weights, 0, weights.length);
        for (const [index, bytes] of weights.entries())
          other.batcher.add(records[at]?.[index] as ContainerEvent, bytes);
      }

      expect(cutFrom(one)).toEqual(cutFrom(other));
    }),
  );
});

function cutFrom({ batcher, full }: ReturnType<typeof batcherOf>) {
  const rest = batcher.cut();
  return [...full, ...(rest ? [rest] : [])].map(({ whole }) => ({
    ids: idsOf(whole?.records ?? []),
    bytes: whole?.bytes,
    place: whole?.place,
  }));
}

test('names batches by the lane, its birth and a number', () => {
  const { batcher, full } = batcherOf({ maxRecords: 1 });

  for (const each of recordsTo(2)) batcher.add(each, 200);

  expect(full.map(({ id }) => id)).toEqual(['lane-z-1', 'lane-z-2']);
});

test('is due once its first record has waited, and not before', async () => {
  const { batcher, clock, ripe } = batcherOf({ maxWaitMs: 1_000 });

  batcher.add(record('a'), 200);
  await clock.advance(600);
  batcher.add(record('b'), 200);
  await clock.advance(399);
  expect(batcher.ripe).toBe(false);
  await clock.advance(1);

  expect(batcher.ripe).toBe(true);
  expect(ripe).toEqual([1_000]);
});

test('keeps filling a batch that is due but not taken', async () => {
  const { batcher, clock, full } = batcherOf({ maxRecords: 3 });

  batcher.add(record('a'), 200);
  await clock.advance(5_000);
  batcher.add(record('b'), 200);
  batcher.add(record('c'), 200);

  expect(full.map(({ left }) => left)).toEqual([3]);
  expect(batcher.ripe).toBe(false);
});

test('is due at once where it is not to wait', () => {
  const { batcher, clock } = batcherOf({ maxWaitMs: 0 });

  batcher.add(record('a'), 200);

  expect(batcher.ripe).toBe(true);
  expect(clock.pending).toBe(0);
});

test('gives a batch the last mark of each container that ends in it', () => {
  const { batcher, full } = batcherOf({ maxRecords: 3 });

  batcher.add(line('a', 0), 400);
  batcher.mark(markAt('a', 0));
  batcher.add(line('b', 7), 400);
  batcher.mark(markAt('b', 7));
  batcher.mark(markAt('a', 1));
  batcher.add(line('b', 8), 400);

  expect(full.map(({ marks }) => marks)).toEqual([[markAt('a', 1), markAt('b', 7)]]);
});

test('leaves no timer behind after a cut', () => {
  const { batcher, clock } = batcherOf({});

  batcher.add(record('a'), 200);
  batcher.cut();

  expect(clock.pending).toBe(0);
});
