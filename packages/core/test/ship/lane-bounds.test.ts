import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { retryable } from '@tallyman/sdk';
import { expectBalanced } from '@tallyman/testkit';
import { HandSink, laneFor } from './lane-under-test.ts';
import { idsOf, line, linesOf, markAt, record, recordsTo } from './records.ts';

const forever = new AbortController().signal;

const logs = { kinds: ['log'] } as const;

test('takes a chunk whole or not at all, and has room for history once half of the memory is free', async () => {
  const sink = new HandSink();
  const { lane, clock, said } = laneFor(sink, {
    ...logs,
    queue: { memoryBytes: 1_600 },
    batch: { maxRecords: 1 },
  });
  lane.start();
  await clock.settle();

  expect(lane.offerLog(linesOf('a', 0, 2), 'live')).toBe(true);
  expect(lane.offerLog(linesOf('a', 3, 4), 'live')).toBe(false);
  expect(lane.account()).toMatchObject({ offered: 3, held: 3 });
  expect(lane.state().status).toBe('parked');
  expect(said.map(({ level }) => level)).toEqual(['warn']);
  let hasRoom = false;
  const reader = new AbortController();
  const room = lane.room('history', reader.signal).then(() => {
    hasRoom = true;
  });
  await clock.settle();
  expect(hasRoom).toBe(false);
  expect(lane.offerLog(linesOf('a', 3, 3), 'history')).toBe(false);
  sink.last.accept();
  await clock.settle();

  expect(hasRoom).toBe(true);
  expect(lane.state().status).toBe('healthy');
  expect(lane.offerLog(linesOf('a', 3, 4), 'history')).toBe(true);
  expect(lane.account()).toEqual({ offered: 5, delivered: 1, dropped: {}, held: 4 });
  await room;
  expect(getEventListeners(reader.signal, 'abort')).toEqual([]);
});

test('lets a chunk that is larger than the memory go alone, without its records that are', async () => {
  const { lane, positions, clock } = laneFor(new HandSink(), {
    ...logs,
    queue: { memoryBytes: 1_000 },
  });
  lane.start();
  const records = [...linesOf('a', 0, 3).records, line('a', 4, 1_001)];

  expect(lane.offerLog({ records, mark: markAt('a', 4) }, 'live')).toBe(true);
  await clock.settle();
  expect(lane.offerLog(linesOf('a', 5, 5), 'live')).toBe(false);

  expect(lane.account()).toEqual({ offered: 5, delivered: 0, dropped: { too_large: 1 }, held: 4 });
  expect(positions.given).toEqual([]);
});

test('promises no room to what was too much for it, before there is so much', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, {
    ...logs,
    queue: { memoryBytes: 2_000 },
    batch: { maxRecords: 1 },
  });
  lane.start();
  lane.offerLog(linesOf('a', 0, 1), 'live');
  await clock.settle();

  expect(lane.offerLog(linesOf('a', 2, 5), 'history')).toBe(false);
  let hasRoom = false;
  const room = lane.room('history', forever).then(() => {
    hasRoom = true;
  });
  await clock.settle();
  expect(hasRoom).toBe(false);
  sink.last.accept();
  await room;

  expect(lane.offerLog(linesOf('a', 2, 5), 'history')).toBe(true);
});

test('moves the mark of an empty chunk always, with the records before it', async () => {
  const sink = new HandSink();
  const { lane, clock, positions } = laneFor(sink, { ...logs, queue: { memoryBytes: 500 } });
  lane.start();

  expect(lane.offerLog(linesOf('a', 0, -1), 'live')).toBe(true);
  expect(positions.given).toEqual([['delivered', 'a', -1]]);
  lane.offerLog(linesOf('a', 0, 0), 'live');
  expect(lane.offerLog({ records: [], mark: markAt('a', 5) }, 'history')).toBe(true);
  await clock.settle();
  expect(lane.offerLog({ records: [], mark: markAt('b', 9) }, 'history')).toBe(true);
  expect(positions.given).toHaveLength(1);
  sink.last.accept();
  await clock.settle();

  expect(positions.given.slice(1)).toEqual([
    ['delivered', 'a', 5],
    ['delivered', 'b', 9],
  ]);
});

test('keeps a tenth of the memory from logs where the lane takes more than these', () => {
  const { lane } = laneFor(new HandSink(), {
    kinds: ['log', 'event'],
    queue: { memoryBytes: 1_300 },
  });

  expect(lane.offerLog(linesOf('a', 0, 1), 'live')).toBe(true);
  expect(lane.offerLog(linesOf('a', 2, 2), 'live')).toBe(false);
  lane.offer([record('0', 500)]);

  expect(lane.account()).toEqual({ offered: 3, delivered: 0, dropped: {}, held: 3 });
});

test('never mixes logs with what cannot be read again', async () => {
  const sink = new HandSink();
  const manners = { kinds: ['log', 'event'], batch: { maxWaitMs: 50 } } as const;
  const { lane, clock } = laneFor(sink, { ...manners, queue: { concurrency: 2 } });
  lane.start();

  lane.offer(recordsTo(1));
  lane.offerLog(linesOf('a', 0, 1), 'live');
  lane.offer([record('1')]);
  await clock.advance(50);

  expect(sink.written).toEqual([['0', '1'], idsOf(linesOf('a', 0, 1).records)]);
});

test('drops the oldest of what cannot be read again for what comes, and no logs', async () => {
  const { lane } = laneFor(new HandSink(), {
    kinds: ['log', 'event'],
    queue: { memoryBytes: 1_300 },
    batch: { maxRecords: 2 },
  });
  lane.offer(recordsTo(1));
  lane.offerLog(linesOf('a', 0, 1), 'live');

  lane.offer([record('1'), record('2')]);
  expect(lane.account()).toEqual({
    offered: 5,
    delivered: 0,
    dropped: { not_rereadable: 2 },
    held: 3,
  });
  lane.offer([record('3', 700)]);

  expect(lane.account()).toMatchObject({ dropped: { not_rereadable: 4 }, held: 2 });
  expectBalanced(lane.account());
});

test('waits for nothing more to fill a batch once the lane is full', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, {
    queue: { memoryBytes: 500, whenFull: 'drop_newest' },
    batch: { maxWaitMs: 60_000 },
  });
  lane.start();
  await clock.settle();

  lane.offer(recordsTo(3));
  await clock.settle();

  expect(sink.written).toEqual([['0', '1']]);
});

test('has room at once where little is held', async () => {
  const { lane } = laneFor(new HandSink());

  await expect(lane.room('history', forever)).resolves.toBeUndefined();
});

test('rejects a wait for room with the reason of the abort, and drops its listener', async () => {
  const { lane } = laneFor(new HandSink(), { queue: { memoryBytes: 300 } });
  const waiting = new AbortController();
  lane.offer(recordsTo(1));

  const room = lane.room('history', waiting.signal);
  waiting.abort(new Error('enough'));

  await expect(room).rejects.toThrow('enough');
  expect(getEventListeners(waiting.signal, 'abort')).toEqual([]);
});

test('drops a record that alone is larger than the whole memory', () => {
  const { lane } = laneFor(new HandSink(), { queue: { memoryBytes: 300 } });

  lane.offer([record('huge', 301), record('small', 200)]);

  expect(lane.account()).toEqual({ offered: 2, delivered: 0, dropped: { too_large: 1 }, held: 1 });
});

test('drops the newest where told to', () => {
  const { lane } = laneFor(new HandSink(), {
    queue: { memoryBytes: 500, whenFull: 'drop_newest' },
  });

  lane.offer(recordsTo(5));

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

  lane.offer([record('4'), record('5')]);
  await clock.advance(100);
  for (let left = 4; left > 0; left--) {
    sink.last.accept();
    await clock.settle();
  }

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

test('moves the mark over what it drops, never over what is still on its way', async () => {
  const sink = new HandSink();
  const { lane, clock, positions } = laneFor(sink, {
    ...logs,
    queue: { memoryBytes: 1_200, whenFull: 'drop_oldest' },
    batch: { maxRecords: 1 },
  });
  lane.start();
  lane.offerLog(linesOf('a', 0, 0), 'live');
  await clock.settle();

  for (let number = 1; number < 6; number++)
    expect(lane.offerLog(linesOf('a', number, number), 'live')).toBe(true);
  expect(lane.account()).toMatchObject({ dropped: { oldest: 3 }, held: 3 });
  expect(positions.given).toEqual([]);
  sink.last.accept();
  await clock.settle();

  expect(positions.given).toEqual([['delivered', 'a', 3]]);
});

test('moves the mark over a chunk of which it takes nothing, together with what came before', async () => {
  const sink = new HandSink();
  const { lane, clock, positions } = laneFor(sink, {
    ...logs,
    queue: { memoryBytes: 800, whenFull: 'drop_newest' },
  });
  lane.start();

  lane.offerLog(linesOf('a', 0, 1), 'live');
  lane.offerLog(linesOf('a', 2, 5), 'live');
  await clock.settle();
  expect(lane.account()).toMatchObject({ dropped: { newest: 4 }, held: 2 });
  expect(positions.given).toEqual([]);
  sink.last.accept();
  await clock.settle();

  expect(positions.given).toEqual([['delivered', 'a', 5]]);
});

test('has room although the sink fails, where nothing is held: only more can show that it works again', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, { ...logs, retry: { giveUpAfterMs: 50 } });
  lane.start();
  lane.offerLog(linesOf('a', 0, 0), 'live');
  await clock.advance(60);

  sink.last.reject(retryable('posting: HTTP 503'));
  await clock.settle();

  expect(lane.state().status).toBe('retrying');
  expect(lane.account()).toMatchObject({ dropped: { gave_up: 1 }, held: 0 });
  await expect(lane.room('history', forever)).resolves.toBeUndefined();
});

test('says since when it fails, how often and why, and how long the oldest record waits', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink);
  lane.start();
  lane.offer(recordsTo(1));
  await clock.advance(500);
  expect(lane.vitals()).toMatchObject({ consecutiveFailures: 0, oldestHeldMs: 500 });
  expect(lane.vitals()).not.toHaveProperty('failingSinceMs');
  expect(lane.vitals()).not.toHaveProperty('error');

  const sinceMs = clock.now();
  sink.last.reject(retryable('posting: HTTP 503'));
  await clock.advance(100);
  sink.last.reject(retryable('posting: HTTP 502'));
  await clock.advance(100);

  const error = 'posting: HTTP 502';
  const failing = { consecutiveFailures: 2, failingSinceMs: sinceMs, oldestHeldMs: 700, error };
  expect(lane.vitals()).toMatchObject(failing);
  expect(lane.vitals()).not.toHaveProperty('disk');
  await clock.advance(10_000);
  sink.last.accept();
  await clock.settle();
  expect(lane.vitals()).not.toHaveProperty('error');
});
