import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { retryable } from '@tallyman/sdk';
import { expectBalanced } from '@tallyman/testkit';
import { HandSink, laneFor } from './lane-under-test.ts';
import { record, recordsTo } from './records.ts';

const forever = new AbortController().signal;

test('takes what fits, and has room again when the record that did not fit would', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, {
    queue: { memoryBytes: 1_000 },
    batch: { maxRecords: 1 },
  });
  lane.start();
  await clock.settle();

  expect(lane.offer(recordsTo(4))).toBe(4);
  expect(lane.offer([record('big', 500)])).toBe(0);
  let hasRoom = false;
  const reader = new AbortController();
  const room = lane.room(reader.signal).then(() => {
    hasRoom = true;
  });
  await clock.settle();
  sink.last.accept();
  await clock.settle();
  expect(hasRoom).toBe(false);
  expect(lane.state().status).toBe('full');
  sink.last.accept();
  await clock.settle();

  expect(hasRoom).toBe(true);
  expect(lane.state().status).toBe('healthy');
  expect(lane.offer([record('big', 500)])).toBe(1);
  expect(lane.account()).toEqual({ offered: 5, delivered: 2, dropped: {}, held: 3 });
  await room;
  expect(getEventListeners(reader.signal, 'abort')).toEqual([]);
});

test('waits for nothing more to fill a batch once the lane is full', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, {
    queue: { memoryBytes: 500 },
    batch: { maxWaitMs: 60_000 },
  });
  lane.start();
  await clock.settle();

  lane.offer(recordsTo(3));
  await clock.settle();

  expect(sink.written).toEqual([['0', '1']]);
});

test('has room at once where nothing was turned away', async () => {
  const { lane } = laneFor(new HandSink());

  await expect(lane.room(forever)).resolves.toBeUndefined();
});

test('rejects a wait for room with the reason of the abort, and drops its listener', async () => {
  const { lane } = laneFor(new HandSink(), { queue: { memoryBytes: 300 } });
  const waiting = new AbortController();
  lane.offer(recordsTo(2));

  const room = lane.room(waiting.signal);
  waiting.abort(new Error('enough'));

  await expect(room).rejects.toThrow('enough');
});

test('drops a record that alone is larger than the whole memory', () => {
  const { lane } = laneFor(new HandSink(), { queue: { memoryBytes: 300 } });

  const taken = lane.offer([record('huge', 301), record('small', 200)]);

  expect(taken).toBe(2);
  expect(lane.account()).toEqual({ offered: 2, delivered: 0, dropped: { too_large: 1 }, held: 1 });
});

test('drops the newest where told to', () => {
  const { lane } = laneFor(new HandSink(), {
    queue: { memoryBytes: 500, whenFull: 'drop_newest' },
  });

  const taken = lane.offer(recordsTo(5));

  expect(taken).toBe(5);
  expect(lane.account()).toEqual({ offered: 5, delivered: 0, dropped: { newest: 3 }, held: 2 });
});

test('drops the oldest that waits where told to, but nothing that was already attempted', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, {
    queue: { memoryBytes: 800, whenFull: 'drop_oldest' },
    batch: { maxRecords: 1 },
  });
  lane.start();
  lane.offer(recordsTo(4));
  await clock.settle();
  sink.last.reject(retryable('posting: reset'));
  await clock.settle();

  const taken = lane.offer([record('4'), record('5')]);
  await clock.advance(100);
  for (let left = 4; left > 0; left--) {
    sink.last.accept();
    await clock.settle();
  }

  expect(taken).toBe(2);
  expect(sink.written).toEqual([['0'], ['0'], ['3'], ['4'], ['5']]);
  expect(lane.account()).toEqual({ offered: 6, delivered: 4, dropped: { oldest: 2 }, held: 0 });
});

test('counts the record itself as the oldest where everything else is in flight', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, { queue: { memoryBytes: 400, whenFull: 'drop_oldest' } });
  lane.start();
  lane.offer(recordsTo(2));
  await clock.settle();

  lane.offer([record('2')]);

  expect(lane.account()).toEqual({ offered: 3, delivered: 0, dropped: { oldest: 1 }, held: 2 });
});

test('has no more in flight than the bound, but lets a single larger batch go alone', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, {
    queue: { inFlightBytes: 500, concurrency: 10 },
    batch: { maxRecords: 1 },
  });
  lane.start();
  lane.offer([...recordsTo(2), record('big', 600), record('3')]);
  await clock.settle();

  expect(sink.written).toEqual([['0'], ['1']]);
  sink.writes[0]?.accept();
  await clock.settle();
  expect(sink.writes).toHaveLength(2);
  sink.writes[1]?.accept();
  await clock.settle();

  expect(sink.written.slice(2)).toEqual([['big']]);
  expect(lane.vitals()).toMatchObject({ inFlightBytes: 600, heldBytes: 800 });
});

test('counts what the router refuses', () => {
  const { lane } = laneFor(new HandSink());

  lane.refuse(7, 'queue_full');

  expect(lane.account()).toMatchObject({ offered: 7, dropped: { queue_full: 7 } });
  expectBalanced(lane.account());
});
