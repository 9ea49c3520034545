import { expect, test } from '@jest/globals';
import { permanent, retryable, type Sink } from '@tallyman/sdk';
import { expectBalanced } from '@tallyman/testkit';
import {
  HandSink,
  laneFor,
  type Manners,
  settingsFor,
  sinkThat,
  spoolingLane,
} from './lane-under-test.ts';
import { linesOf, numberOf, recordsTo } from './records.ts';

const patient = () => ({ deadline: new AbortController().signal });

/** A sink that notes when it was opened and closed. */
class LivedSink extends HandSink {
  opened = 0;

  async open(): Promise<void> {
    this.opened += 1;
  }
}

test('goes on with another sink, which is opened when the old one has finished and is closed', async () => {
  const [old, next] = [new LivedSink(), new LivedSink()];
  const { lane, clock } = laneFor(old, { batch: { maxRecords: 2 } });
  lane.start();
  lane.offer(recordsTo(6));
  await clock.settle();

  const changed = lane.change(settingsFor(next, { batch: { maxRecords: 2 } }), patient());
  await clock.advance(5_000);
  expect(next.opened).toBe(0);
  old.last.accept();
  await changed;
  await clock.settle();
  next.last.accept();
  await clock.settle();
  next.last.accept();
  await clock.settle();

  expect(old.written).toEqual([['0', '1']]);
  expect(old.closed).toBe(1);
  expect(next.written).toEqual([
    ['2', '3'],
    ['4', '5'],
  ]);
  expect(lane.account()).toEqual({ offered: 6, delivered: 6, dropped: {}, held: 0 });
});

test('takes records meanwhile', async () => {
  const [old, next] = [new HandSink(), sinkThat(() => {})];
  const { lane, clock } = laneFor(old);
  lane.start();
  lane.offer(recordsTo(1));
  await clock.settle();

  const changed = lane.change(settingsFor(next.sink, {}), patient());
  lane.offer(recordsTo(3).slice(1));
  old.last.accept();
  await changed;
  await clock.settle();

  expect(next.accepted).toEqual(['1', '2']);
  expectBalanced(lane.account());
});

test('takes back what the old sink does not finish in time, and writes it by the new one', async () => {
  const [old, next] = [new HandSink(), sinkThat(() => {})];
  const { lane, clock } = laneFor(old);
  lane.start();
  lane.offer(recordsTo(2));
  await clock.settle();
  const deadline = new AbortController();

  const changed = lane.change(settingsFor(next.sink, {}), { deadline: deadline.signal });
  deadline.abort();
  await changed;
  await clock.settle();

  expect(old.last.signal.aborted).toBe(true);
  expect(next.accepted).toEqual(['0', '1']);
  expect(lane.account()).toEqual({ offered: 2, delivered: 2, dropped: {}, held: 0 });
});

test('does not wait for the patience that the old sink asked for: new credentials are tried at once', async () => {
  const refusing: Sink = {
    write: async () => {
      throw permanent('posting: HTTP 401', { status: 401 });
    },
  };
  const next = sinkThat(() => {});
  const { lane, clock, said } = laneFor(refusing);
  lane.start();
  lane.offer(recordsTo(1));
  await clock.settle();
  expect(lane.state().status).toBe('refused');

  await lane.change(settingsFor(next.sink, {}), patient());
  await clock.settle();

  expect(next.accepted).toEqual(['0']);
  expect(lane.state().status).toBe('healthy');
  expect(said.at(-1)?.message).toBe('The sink works again.');
});

test('says anew that credentials are refused, where those of the new sink are, too', async () => {
  const refusing = (): Sink => ({
    write: async () => {
      throw permanent('posting: HTTP 401', { status: 401 });
    },
  });
  const { lane, clock, said } = laneFor(refusing());
  lane.start();
  lane.offer(recordsTo(1));
  await clock.settle();

  await lane.change(settingsFor(refusing(), {}), patient());
  await clock.settle();

  expect(said.filter(({ level }) => level === 'error')).toHaveLength(2);
});

test('an ordered lane writes what came back first, and in order', async () => {
  const ordered: Manners = { batch: { maxRecords: 1 }, queue: { ordered: true } };
  const [old, next] = [new HandSink(), sinkThat(() => {})];
  const { lane, clock } = laneFor(old, ordered);
  lane.start();
  lane.offer(recordsTo(4));
  await clock.settle();
  expect(old.writes).toHaveLength(4);

  old.writes[0]?.accept();
  old.writes[1]?.reject(retryable('reset'));
  await clock.settle();
  await lane.change(settingsFor(next.sink, ordered), patient());
  await clock.settle();

  expect(next.accepted).toEqual(['1', '2', '3']);
  expectBalanced(lane.account());
});

test('holds no more than the new bound lets it, and loses nothing of what it held', async () => {
  const next = sinkThat(() => {});
  const { lane, clock } = laneFor(new HandSink(), { kinds: ['log'] });
  lane.start();
  expect(lane.offerLog(linesOf('web', 1, 4), 'live')).toBe(true);
  await clock.settle();
  const deadline = new AbortController();

  const tight = settingsFor(next.sink, { kinds: ['log'], queue: { memoryBytes: 1_000 } });
  const changed = lane.change(tight, { deadline: deadline.signal });
  expect(lane.offerLog(linesOf('web', 5, 5), 'live')).toBe(false);
  deadline.abort();
  await changed;
  await clock.settle();

  expect(next.accepted.map(numberOf)).toEqual([1, 2, 3, 4]);
  expect(lane.account()).toEqual({ offered: 4, delivered: 4, dropped: {}, held: 0 });
});

test('what a sink of another type does not take is dropped and counted, the rest is delivered', async () => {
  const next = sinkThat(() => {});
  const { lane, clock } = laneFor(new HandSink(), { kinds: ['log', 'event'] });
  lane.offer(recordsTo(2));
  lane.offerLog(linesOf('web', 7, 7), 'live');

  await lane.change({ ...settingsFor(next.sink, { kinds: ['log'] }), accepts: ['log'] }, patient());
  await clock.advance(1_000);

  expect(next.accepted.map(numberOf)).toEqual([7]);
  expect(lane.account()).toEqual({ offered: 3, delivered: 1, dropped: { refused: 2 }, held: 0 });
});

test('what is on disk alone is delivered by the new sink, in order', async () => {
  const refusing: Sink = {
    write: async () => {
      throw retryable('connecting: ECONNREFUSED');
    },
  };
  const next = sinkThat(() => {});
  const manners = { batch: { maxRecords: 1 }, queue: { memoryBytes: 8_000 } };
  const { lane, clock, spool } = spoolingLane(refusing, manners);
  lane.start();
  for (const record of recordsTo(20)) lane.offer([record]);
  await clock.advance(3_000);
  expect(spool.appended.length).toBeGreaterThan(0);
  expect(lane.vitals().onDiskOnlyRecords).toBeGreaterThan(0);

  await lane.change(settingsFor(next.sink, manners), patient());
  await clock.advance(1_000);

  expect(next.accepted).toEqual(recordsTo(20).map(({ id }) => id));
  expectBalanced(lane.account());
});

test('changed twice in a row it closes both sinks, and only the last one is written to', async () => {
  const [old, between, next] = [new LivedSink(), new LivedSink(), new LivedSink()];
  const { lane, clock } = laneFor(old);
  lane.start();
  lane.offer(recordsTo(2));
  await clock.settle();

  const changed = [between, next].map((sink) => lane.change(settingsFor(sink, {}), patient()));
  old.last.reject(retryable('reset'));
  await Promise.all(changed);
  await clock.settle();
  next.last.accept();
  await clock.settle();

  expect([old, between, next].map(({ opened }) => opened)).toEqual([1, 0, 1]);
  expect([old, between, next].map(({ closed }) => closed)).toEqual([1, 1, 0]);
  expect(between.writes).toEqual([]);
  expectBalanced(lane.account());
});

test('stopped while it changes, it delivers by the new sink, and closes both', async () => {
  const [old, next] = [new HandSink(), new HandSink()];
  const { lane, clock } = laneFor(old, { batch: { maxRecords: 1 } });
  lane.start();
  lane.offer(recordsTo(2));
  await clock.settle();

  void lane.change(settingsFor(next, { batch: { maxRecords: 1 } }), patient());
  const stopped = lane.stop(patient());
  old.last.accept();
  await clock.settle();
  next.last.accept();
  await stopped;

  expect([old.closed, next.closed]).toEqual([1, 1]);
  expect(lane.account()).toEqual({ offered: 2, delivered: 2, dropped: {}, held: 0 });
});

test('another matcher leaves the sink and its connection alone', async () => {
  const sink = new LivedSink();
  const { lane, clock } = laneFor(sink, { kinds: ['log'] });
  lane.start();
  await clock.settle();

  await lane.change(settingsFor(sink, { kinds: ['log', 'event'] }), patient());
  lane.offer(recordsTo(1));
  await clock.settle();

  expect(lane.kinds).toEqual(new Set(['log', 'event']));
  expect([sink.opened, sink.closed]).toEqual([1, 0]);
  expect(sink.written).toEqual([['0']]);
});
