import { expect, test } from '@jest/globals';
import { permanent, retryable, type Sink } from '@tallyman/sdk';
import { expectBalanced, VirtualClock } from '@tallyman/testkit';
import { FakeDisk } from './fake-spool.ts';
import { HandSink, type Manners, sinkThat, spoolingLane } from './lane-under-test.ts';
import { idsOf, linesOf, markAt, record, recordsTo } from './records.ts';

const both: Manners = { kinds: ['log', 'event'], batch: { maxRecords: 2 } };

/** Both kinds, a batch for each record, and so much memory. */
function tight(memoryBytes: number, queue: Manners['queue'] = {}): Manners {
  return { kinds: ['log', 'event'], batch: { maxRecords: 1 }, queue: { memoryBytes, ...queue } };
}

/** A sink that refuses until it is told otherwise. */
function downAtFirst() {
  let isDown = true;
  const { sink, accepted, writes } = sinkThat(() => {
    if (isDown) throw retryable('posting: HTTP 503');
  });
  const up = () => {
    isDown = false;
  };
  return { sink, accepted, writes, up };
}

function lineIds(container: string, first: number, last: number): string[] {
  return idsOf(linesOf(container, first, last).records);
}

test('writes nothing to disk while the sink takes everything', async () => {
  const { sink } = sinkThat(() => undefined);
  const { lane, clock, spool } = spoolingLane(sink, { ...both, batch: { maxWaitMs: 5_000 } });
  lane.start();

  lane.offer(recordsTo(3));
  lane.offerLog(linesOf('a', 0, 1), 'live');
  await clock.advance(6_000);

  expect(spool.appended).toEqual([]);
  expect(lane.account()).toMatchObject({ delivered: 5, held: 0 });
  expect(clock.pending).toBe(0);
});

test('writes what a failing sink leaves for a second, also what was attempted and what still fills', async () => {
  const { sink } = downAtFirst();
  const { lane, clock, disk, positions } = spoolingLane(sink, both);
  lane.start();
  lane.offer(recordsTo(1));
  await clock.settle();
  lane.offerLog(linesOf('a', 0, 0), 'live');

  await clock.advance(999);
  expect(disk.ids).toEqual([]);
  await clock.advance(1);

  expect(disk.ids).toEqual(['0', ...lineIds('a', 0, 0)]);
  expect(positions.given).toEqual([['stored', 'a', 0]]);
  expect(lane.vitals()).toMatchObject({ heldRecords: 2, storedRecords: 2, oldestHeldMs: 1_000 });
  expect(lane.vitals()).toMatchObject({ onDiskOnlyRecords: 0, heldBytes: 600 });
});

test('is under strain from the first failure until nothing is left on disk', async () => {
  const { sink, up } = downAtFirst();
  const { lane, clock, disk, strains } = spoolingLane(sink, tight(1_000));
  lane.start();
  await clock.settle();
  expect(strains).toEqual([]);

  lane.offerLog(linesOf('a', 0, 9), 'live');
  await clock.advance(5_000);
  expect(disk.ids.length).toBeGreaterThan(0);
  expect(strains).toEqual(['strained']);
  up();
  await clock.advance(5_000);

  expect(strains).toEqual(['strained', 'eased']);
  expect(lane.account()).toMatchObject({ delivered: 10, held: 0 });
});

test('lets a sink that works make room itself, and helps with the disk after half a second', async () => {
  const sink = new HandSink();
  const { lane, clock, disk, spool } = spoolingLane(sink, tight(4_000));
  lane.start();
  await clock.settle();
  lane.offerLog(linesOf('a', 0, 8), 'live');

  await clock.advance(499);
  expect(lane.offerLog(linesOf('a', 9, 10), 'live')).toBe(false);
  expect(spool.appended).toEqual([]);
  await clock.advance(1);

  expect(disk.ids).toEqual(lineIds('a', 0, 8));
  expect(lane.offerLog(linesOf('a', 9, 10), 'live')).toBe(true);
  expectBalanced(lane.account());
});

test('helps with the disk at once where lines would be dropped', async () => {
  const sink = new HandSink();
  const { lane, clock, disk } = spoolingLane(sink, tight(4_000, { whenFull: 'drop_oldest' }));
  lane.start();
  await clock.settle();

  lane.offerLog(linesOf('a', 0, 8), 'live');
  await clock.settle();

  expect(disk.ids).toEqual(lineIds('a', 0, 8));
});

test('calls nothing stored before the disk has it', async () => {
  const { sink } = downAtFirst();
  const weather = [{ does: 'well', ms: 700 }] as const;
  const { lane, clock, positions } = spoolingLane(sink, both, { weather });
  lane.start();
  lane.offerLog(linesOf('a', 0, 1), 'live');

  await clock.advance(1_699);
  expect(positions.given).toEqual([]);
  expect(lane.vitals().storedRecords).toBe(0);
  await clock.advance(1);

  expect(positions.given).toEqual([['stored', 'a', 1]]);
  expect(lane.vitals().storedRecords).toBe(2);
});

test('releases on disk what was delivered, also where that was while it was written', async () => {
  const { sink, up } = downAtFirst();
  const weather = [{ does: 'well', ms: 5_000 }] as const;
  const { lane, clock, disk, spool, positions } = spoolingLane(sink, both, { weather });
  lane.start();
  lane.offerLog(linesOf('a', 0, 1), 'live');
  await clock.advance(1_000);
  up();
  lane.offerLog(linesOf('a', 2, 2), 'live');

  await clock.advance(10_000);

  expect(spool.appended.length).toBeGreaterThan(0);
  expect(disk.ids).toEqual([]);
  expect(positions.given.at(-1)).toEqual(['delivered', 'a', 2]);
  expect(lane.account()).toMatchObject({ delivered: 3, held: 0 });
});

test('takes more than its memory while the sink is down, and delivers all of it in order', async () => {
  const { sink, accepted, up } = downAtFirst();
  const { lane, clock, disk, positions } = spoolingLane(sink, tight(4_000));
  lane.start();

  for (let number = 0; number < 40; number++) {
    expect(lane.offerLog(linesOf('a', number, number), 'live')).toBe(true);
    await clock.advance(100);
    expect(lane.vitals().heldBytes).toBeLessThanOrEqual(4_000);
    expectBalanced(lane.account());
  }
  expect(disk.ids).toHaveLength(40);
  expect(lane.vitals().onDiskOnlyRecords).toBeGreaterThan(25);
  expect(lane.state().status).toBe('retrying');
  up();
  await clock.advance(60_000);

  expect(accepted).toEqual(lineIds('a', 0, 39));
  expect(disk.ids).toEqual([]);
  expect(positions.deliveredAt('a')).toBe(39);
  expect(lane.vitals()).toMatchObject({ heldBytes: 0, onDiskOnlyRecords: 0 });
});

test('keeps all of it together with what cannot be read again, without a drop', async () => {
  const { sink, accepted, up } = downAtFirst();
  const { lane, clock } = spoolingLane(sink, tight(4_000));
  lane.start();

  for (let number = 0; number < 20; number++) {
    expect(lane.offerLog(linesOf('a', number, number), 'live')).toBe(true);
    lane.offer([record(String(number))]);
    await clock.advance(100);
  }
  up();
  await clock.advance(60_000);

  const events = accepted.filter((id) => !id.startsWith('a:'));
  expect(events).toEqual(Array.from({ length: 20 }, (_, number) => String(number)));
  expect(lane.account()).toEqual({ offered: 40, delivered: 40, dropped: {}, held: 0 });
});

test('parks when both are full, and goes on once the disk has room again', async () => {
  const { sink, accepted, up } = downAtFirst();
  const disk = new FakeDisk(2_000);
  const { lane, clock, said } = spoolingLane(sink, tight(4_000), { disk });
  lane.start();
  let taken = 0;
  for (let number = 0; number < 30; number++) {
    if (lane.offerLog(linesOf('a', taken, taken), 'live')) taken += 1;
    await clock.advance(100);
  }

  expect(taken).toBeLessThan(16);
  expect(lane.state().status).toBe('parked');
  expect(said.filter(({ message }) => message.startsWith('The lane is full'))).toHaveLength(1);
  let hasRoom = false;
  const room = lane.room('history', new AbortController().signal).then(() => {
    hasRoom = true;
  });
  await clock.advance(10_000);
  expect(hasRoom).toBe(false);
  up();
  await clock.advance(10_000);
  await room;

  expect(lane.state().status).toBe('healthy');
  expect(accepted).toEqual(lineIds('a', 0, taken - 1));
  expect(lane.account()).toMatchObject({ dropped: {}, held: 0 });
});

test('goes on in memory where the disk fails', async () => {
  const { sink, accepted, up } = downAtFirst();
  const weather = [{ does: 'die' }] as const;
  const { lane, clock, disk } = spoolingLane(sink, both, { weather });
  lane.start();
  lane.offer(recordsTo(3));

  await clock.advance(5_000);
  expect(disk.ids).toEqual([]);
  expect(lane.vitals().disk).toEqual({ freeBytes: 0, failure: 'the disk is read-only' });
  up();
  await clock.advance(2_000);

  expect(accepted).toEqual(['0', '1', '2']);
});

test('tries again a second after the disk refused', async () => {
  const { sink } = downAtFirst();
  const weather = [{ does: 'fail' }, { does: 'full' }] as const;
  const { lane, clock, disk } = spoolingLane(sink, both, { weather });
  lane.start();
  lane.offer(recordsTo(1));

  await clock.advance(2_999);
  expect(disk.ids).toEqual([]);
  await clock.advance(1);

  expect(disk.ids).toEqual(['0']);
});

test('counts and says loudly what the disk does not give back, and goes on behind it', async () => {
  const disk = new FakeDisk();
  const first = spoolingLane(downAtFirst().sink, both, { disk });
  first.lane.start();
  first.lane.offerLog(linesOf('a', 0, 3), 'live');
  await first.clock.advance(1_000);
  const { sink, accepted } = sinkThat(() => undefined);
  const positions = first.positions.copy();
  const weather = [{ does: 'damage' }] as const;
  const { lane, clock, said } = spoolingLane(sink, both, { disk, positions, weather });

  lane.start();
  await clock.advance(1_000);

  expect(accepted).toEqual(lineIds('a', 2, 3));
  const dropped = { not_rereadable: 2 };
  expect(lane.account()).toEqual({ offered: 4, delivered: 2, dropped, held: 0 });
  expect(said.map(({ level, fields }) => [level, fields.records, fields.error])).toEqual([
    ['error', 2, 'reading: the checksum is wrong'],
  ]);
  expect(positions.deliveredAt('a')).toBe(3);
});

test('asks a disk again that cannot be read at the moment, and not for ever', async () => {
  const disk = new FakeDisk();
  const first = spoolingLane(downAtFirst().sink, both, { disk });
  first.lane.start();
  first.lane.offer(recordsTo(4));
  await first.clock.advance(1_000);
  const { sink, accepted } = sinkThat(() => undefined);
  const failures = (count: number) =>
    Array.from({ length: count }, () => ({ does: 'fail' }) as const);
  const weather = [...failures(9), { does: 'well', ms: 0 } as const, ...failures(10)];
  const { lane, clock } = spoolingLane(sink, both, { disk, weather });
  lane.start();

  await clock.advance(8_999);
  expect(accepted).toEqual([]);
  await clock.advance(1);
  expect(accepted).toEqual(['0', '1']);
  await clock.advance(9_000);

  const dropped = { not_rereadable: 2 };
  expect(lane.account()).toEqual({ offered: 4, delivered: 2, dropped, held: 0 });
  expect(clock.pending).toBe(0);
});

test('gives what was read ahead back to the disk rather than lose what comes', async () => {
  const disk = new FakeDisk();
  const first = spoolingLane(downAtFirst().sink, tight(4_000), { disk });
  first.lane.start();
  for (let number = 0; number < 20; number++) {
    first.lane.offer([record(String(number))]);
    await first.clock.advance(100);
  }
  await first.clock.advance(1_000);
  const { sink, accepted, up } = downAtFirst();
  const { lane, clock } = spoolingLane(sink, tight(4_000), { disk });
  lane.start();
  await clock.advance(50);
  expect(lane.vitals().onDiskOnlyRecords).toBeLessThan(20);

  for (let number = 20; number < 37; number++) lane.offer([record(String(number))]);
  expect(lane.account()).toMatchObject({ dropped: {}, held: 37 });
  up();
  await clock.advance(60_000);

  expect(accepted).toEqual(Array.from({ length: 37 }, (_, number) => String(number)));
});

test('begins with what an earlier run left, under its old ids, before anything new', async () => {
  const disk = new FakeDisk();
  const before = spoolingLane(downAtFirst().sink, both, { disk });
  before.lane.start();
  before.lane.offerLog(linesOf('a', 0, 1), 'live');
  before.lane.offerLog(linesOf('a', 2, 2), 'live');
  await before.clock.advance(1_000);
  const sink = new HandSink();
  const positions = before.positions.copy();
  const later = new VirtualClock(Date.UTC(2025, 0, 2));
  const { lane, clock } = spoolingLane(sink, both, { disk, positions, clock: later });

  expect(lane.account()).toEqual({ offered: 3, delivered: 0, dropped: {}, held: 3 });
  lane.start();
  lane.offerLog(linesOf('a', 3, 3), 'live');
  for (let writes = 0; writes < 3; writes++) {
    await clock.advance(100);
    expect(positions.deliveredAt('a')).toBe([-1, 1, 2][writes]);
    sink.last.accept();
  }
  await clock.settle();

  const ids = lineIds('a', 0, 3);
  expect(sink.written).toEqual([ids.slice(0, 2), ids.slice(2, 3), ids.slice(3)]);
  expect(sink.writes.slice(0, 2).map(({ id }) => id)).toEqual(before.spool.appended);
  expect(new Set(sink.writes.map(({ id }) => id)).size).toBe(3);
  expect(positions.deliveredAt('a')).toBe(3);
  expect(disk.ids).toEqual([]);
});

test('does not move a position over what an earlier run had not written any more', async () => {
  const disk = new FakeDisk();
  const weather = [{ does: 'well', ms: 60_000 }] as const;
  const killed = spoolingLane(downAtFirst().sink, both, { disk, weather });
  killed.lane.start();
  killed.lane.offerLog(linesOf('a', 0, 3), 'live');
  await killed.clock.advance(1_500);
  killed.spool.crash();
  expect(disk.ids).toEqual(lineIds('a', 2, 3));
  const positions = killed.positions.copy();
  const { sink, accepted } = sinkThat(() => undefined);
  const { lane, clock } = spoolingLane(sink, both, { disk, positions });

  lane.start();
  await clock.advance(1_000);

  expect(accepted).toEqual(lineIds('a', 2, 3));
  expect(positions.get('a')).toBeUndefined();
});

test('takes history only while nothing is on disk alone, and makes no room for it there', async () => {
  const { sink } = downAtFirst();
  const { lane, clock, disk } = spoolingLane(sink, tight(4_000));
  lane.start();

  expect(lane.offerLog(linesOf('a', 0, 3), 'history')).toBe(true);
  await clock.advance(1_000);
  expect(disk.ids).toHaveLength(4);
  expect(lane.offerLog(linesOf('a', 4, 9), 'history')).toBe(false);
  expect(lane.vitals().onDiskOnlyRecords).toBe(0);
  for (let number = 4; number < 12; number++) {
    expect(lane.offerLog(linesOf('a', number, number), 'live')).toBe(true);
    await clock.advance(1_000);
  }

  expect(lane.vitals().onDiskOnlyRecords).toBeGreaterThan(0);
  expect(lane.offerLog(linesOf('b', 0, 0), 'history')).toBe(false);
  expect(lane.offerLog({ records: [], mark: markAt('b', 0) }, 'history')).toBe(true);
});

test('drops the oldest on disk where told to and both are full', async () => {
  const { sink, accepted, up } = downAtFirst();
  const disk = new FakeDisk(3_000);
  const manners = tight(4_000, { whenFull: 'drop_oldest' });
  const { lane, clock } = spoolingLane(sink, manners, { disk });
  lane.start();

  for (let number = 0; number < 60; number++) {
    expect(lane.offerLog(linesOf('a', number, number), 'live')).toBe(true);
    await clock.advance(300);
    expectBalanced(lane.account());
  }
  up();
  await clock.advance(60_000);

  const { delivered, dropped } = lane.account();
  expect(delivered + (dropped.oldest ?? 0)).toBe(60);
  expect(accepted.at(-1)).toBe(lineIds('a', 59, 59)[0]);
  expect(accepted).toEqual(lineIds('a', 0, 59).filter((id) => accepted.includes(id)));
});

test('stops with everything on disk that the deadline leaves, and says so', async () => {
  const sink = new HandSink();
  const { lane, clock, disk, positions } = spoolingLane(sink, both);
  lane.start();
  lane.offer(recordsTo(3));
  lane.offerLog(linesOf('a', 0, 1), 'live');
  await clock.settle();
  const deadline = new AbortController();

  const stopped = lane.stop({ deadline: deadline.signal });
  await clock.advance(3_000);
  expect(disk.ids).toEqual([]);
  deadline.abort();
  await stopped;

  expect(disk.ids.toSorted()).toEqual(['0', '1', '2', ...lineIds('a', 0, 1)].toSorted());
  expect(positions.storedAt('a')).toBe(1);
  expect(lane.account()).toMatchObject({ delivered: 0, dropped: {}, held: 5 });
  expect(lane.vitals()).toMatchObject({ heldRecords: 5, storedRecords: 5 });
  expect(clock.pending).toBe(0);
});

test('begins to write before the deadline where the sink fails', async () => {
  const { sink } = downAtFirst();
  const { lane, clock, disk } = spoolingLane(sink, { ...both, batch: { maxWaitMs: 60_000 } });
  lane.start();
  lane.offer(recordsTo(2));
  await clock.settle();
  const deadline = new AbortController();

  const stopped = lane.stop({ deadline: deadline.signal });
  await clock.settle();
  expect(disk.ids).toEqual(['0', '1']);
  deadline.abort();
  await stopped;

  expect(lane.vitals()).toMatchObject({ heldRecords: 2, storedRecords: 2 });
});

test('writes what it holds and stops at once while the credentials are refused', async () => {
  const { sink } = sinkThat(() => {
    throw permanent('posting: HTTP 401', { status: 401 });
  });
  const { lane, clock, disk } = spoolingLane(sink, both);
  lane.start();
  lane.offer(recordsTo(1));
  await clock.settle();

  await lane.stop({ deadline: new AbortController().signal });

  expect(disk.ids).toEqual(['0']);
  expect(lane.vitals()).toMatchObject({ heldRecords: 1, storedRecords: 1 });
});

test('waits for the disk no longer than a second and a half after the deadline', async () => {
  const never: Sink = { write: () => new Promise(() => undefined) };
  const weather = [{ does: 'well', ms: 1_000_000 }] as const;
  const { lane, clock } = spoolingLane(never, both, { weather });
  lane.start();
  lane.offer(recordsTo(1));
  await clock.settle();
  const deadline = new AbortController();
  let isStopped = false;

  const stopped = lane.stop({ deadline: deadline.signal }).then(() => {
    isStopped = true;
  });
  await clock.advance(1_000);
  deadline.abort();
  await clock.advance(1_499);
  expect(isStopped).toBe(false);
  await clock.advance(1);
  await stopped;

  expect(lane.vitals()).toMatchObject({ heldRecords: 1, storedRecords: 0 });
});

test('writes only what is left of a batch that was delivered in part', async () => {
  const sink = new HandSink();
  const { lane, clock, disk } = spoolingLane(sink, { ...both, batch: { maxRecords: 4 } });
  lane.start();
  lane.offer(recordsTo(4));
  await clock.settle();

  sink.last.reject(permanent('posting: HTTP 400'));
  await clock.settle();
  sink.last.accept();
  await clock.settle();
  sink.last.reject(retryable('posting: HTTP 503'));
  await clock.advance(1_000);

  expect(disk.ids).toEqual(['2', '3']);
});
