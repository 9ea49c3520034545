import { getEventListeners, getMaxListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { type Batch, permanent, recordsOf, retryable, type Sink } from '@tallyman/sdk';
import { HandSink, laneFor, sinkThat } from './lane-under-test.ts';
import { linesOf, recordsTo } from './records.ts';

test('writes nothing before the sink is open, and opens with backoff', async () => {
  const openedAt: number[] = [];
  const hand = new HandSink();
  const sink: Sink = {
    write: (batch, signal) => hand.write(batch, signal),
    open: async () => {
      openedAt.push(Math.round(clock.monotonicMs()));
      if (openedAt.length < 4) throw retryable('connecting: ECONNREFUSED');
    },
  };
  const { lane, clock } = laneFor(sink);
  lane.start();
  lane.offer(recordsTo(2));
  await clock.advance(699);
  expect(lane.state().status).toBe('retrying');
  expect(hand.writes).toHaveLength(0);
  await clock.advance(1);

  expect(openedAt).toEqual([0, 100, 300, 700]);
  expect(hand.written).toEqual([['0', '1']]);
});

test('gives up on an opening that does not settle, and tries again', async () => {
  let opened = 0;
  const { lane, clock } = laneFor(
    {
      open: () => {
        opened += 1;
        return new Promise(() => undefined);
      },
      write: async () => undefined,
    },
    { retry: { attemptTimeoutMs: 1_000 } },
  );

  lane.start();
  await clock.advance(2_100);

  expect(opened).toBe(2);
});

test('is refused where the sink cannot open for its credentials', async () => {
  const { lane, clock, said } = laneFor({
    open: async () => {
      throw permanent('logging in: HTTP 403', { status: 403 });
    },
    write: async () => undefined,
  });

  lane.start();
  await clock.settle();

  expect(lane.state().status).toBe('refused');
  expect(said[0]?.level).toBe('error');
});

test('delivers what it holds before it stops, also through a failure, and closes the sink once', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, { batch: { maxWaitMs: 60_000, maxRecords: 2 } });
  lane.start();
  lane.offer(recordsTo(3));
  await clock.settle();
  const deadline = new AbortController();

  const stopped = lane.stop({ deadline: deadline.signal });
  const again = lane.stop({ deadline: deadline.signal });
  await clock.settle();
  sink.last.reject(retryable('posting: reset'));
  await clock.advance(100);
  sink.last.accept();
  await clock.settle();
  expect(sink.closed).toBe(0);
  sink.last.accept();
  await Promise.all([stopped, again]);

  expect(sink.written).toEqual([['0', '1'], ['0', '1'], ['2']]);
  expect(sink.closed).toBe(1);
  expect(lane.state().status).toBe('stopped');
  expect(lane.account()).toEqual({ offered: 3, delivered: 3, dropped: {}, held: 0 });
});

test('takes nothing once it stops, and turns away who waits for room', async () => {
  const { lane } = laneFor(new HandSink(), { kinds: ['log', 'event'] });
  lane.offer(recordsTo(1));
  const room = lane.room('history', new AbortController().signal);

  const stopped = lane.stop({ deadline: AbortSignal.abort() });

  await expect(room).rejects.toThrow('the lane is stopping');
  expect(lane.offerLog(linesOf('a', 0, 1), 'live')).toBe(false);
  lane.offer(recordsTo(2));
  await stopped;
  await expect(lane.room('history', new AbortController().signal)).rejects.toThrow(
    'the lane is stopping',
  );
  const dropped = { not_rereadable: 2 };
  expect(lane.account()).toEqual({ offered: 3, delivered: 0, dropped, held: 1 });
});

test('takes its attempts back at the deadline; what is unsent stays held', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, { batch: { maxRecords: 1 }, queue: { concurrency: 2 } });
  lane.start();
  lane.offer(recordsTo(5));
  await clock.settle();
  const deadline = new AbortController();

  const stopped = lane.stop({ deadline: deadline.signal });
  await clock.advance(5_000);
  expect(sink.last.signal.aborted).toBe(false);
  deadline.abort();
  await stopped;

  expect(sink.writes.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  expect(sink.closed).toBe(1);
  expect(lane.account()).toEqual({ offered: 5, delivered: 0, dropped: {}, held: 5 });
});

test('stops in bounded time although the sink ignores every abort', async () => {
  const deaf = new HandSink({ deaf: true });
  const { lane, clock } = laneFor({
    write: (batch, signal) => deaf.write(batch, signal),
    close: () => new Promise(() => undefined),
  });
  lane.start();
  lane.offer(recordsTo(1));
  await clock.settle();
  const deadline = new AbortController();
  let isStopped = false;

  const stopped = lane.stop({ deadline: deadline.signal }).then(() => {
    isStopped = true;
  });
  deadline.abort();
  await clock.advance(2_000);

  expect(isStopped).toBe(true);
  expect(clock.pending).toBe(0);
  await stopped;
});

test('closes the sink once also where it never opened', async () => {
  let closed = 0;
  const { lane, clock } = laneFor(
    {
      open: async () => {
        throw retryable('connecting: ECONNREFUSED');
      },
      write: async () => undefined,
      close: async () => {
        closed += 1;
      },
    },
    { batch: { maxWaitMs: 60_000 } },
  );
  lane.start();
  lane.offer(recordsTo(1));
  await clock.advance(500);
  const deadline = new AbortController();

  const stopped = lane.stop({ deadline: deadline.signal });
  await clock.advance(500);
  deadline.abort();
  await stopped;

  expect(closed).toBe(1);
  expect(clock.pending).toBe(0);
  expect(lane.account()).toMatchObject({ held: 1 });
});

test('does not wait for the deadline while the credentials are refused', async () => {
  const { sink } = sinkThat(() => {
    throw permanent('posting: HTTP 401', { status: 401 });
  });
  const { lane, clock } = laneFor(sink);
  lane.start();
  lane.offer(recordsTo(1));
  await clock.settle();

  await lane.stop({ deadline: new AbortController().signal });

  expect(lane.account()).toMatchObject({ held: 1 });
});

test('lets any number of lanes and readers share one signal', async () => {
  const [readers, deadline] = [new AbortController(), new AbortController()];
  const lanes = Array.from({ length: 12 }, () => {
    const { lane } = laneFor(new HandSink(), { queue: { memoryBytes: 200 } });
    lane.start();
    lane.offer(recordsTo(1));
    return lane;
  });

  const rooms = lanes.map((lane) => lane.room('history', readers.signal).catch(() => undefined));
  const limits = [getMaxListeners(readers.signal)];
  const stops = lanes.map((lane) => lane.stop({ deadline: deadline.signal }));
  limits.push(getMaxListeners(deadline.signal));
  deadline.abort();
  await Promise.all([...rooms, ...stops]);

  // Node would warn of a leak past ten listeners.
  expect(limits).toEqual([0, 0]);
  expect(getEventListeners(readers.signal, 'abort')).toEqual([]);
  expect(getEventListeners(deadline.signal, 'abort')).toEqual([]);
});

test('leaves no timer and no listener behind', async () => {
  const signals: AbortSignal[] = [];
  const deadline = new AbortController();
  let calls = 0;
  const { lane, clock } = laneFor(
    {
      write: async (_, signal) => {
        signals.push(signal);
        calls += 1;
        if (calls % 3 === 0) throw retryable('posting: reset');
      },
    },
    { batch: { maxRecords: 1, maxWaitMs: 500 }, queue: { concurrency: 4 } },
  );
  lane.start();
  lane.offer(recordsTo(50));
  await clock.advance(60_000);
  expect(clock.pending).toBe(0);

  await lane.stop({ deadline: deadline.signal });

  expect(lane.account()).toMatchObject({ delivered: 50, held: 0 });
  expect(clock.pending).toBe(0);
  expect(getEventListeners(deadline.signal, 'abort')).toEqual([]);
  expect(new Set(signals).size).toBe(signals.length);
});

test('gives the sink an array of records that stays the same, and a list that makes none', async () => {
  const batches: Batch[] = [];
  const { lane, clock } = laneFor({
    write: async (batch) => {
      batches.push(batch);
    },
  });
  lane.start();
  const { records, mark } = linesOf('a', 0, 3);
  lane.offerLog({ records, mark }, 'live');
  await clock.advance(1_000);

  const [batch] = batches;
  expect(Array.from(recordsOf(batch as Batch))).toEqual(Array.from(records));
  expect(batch?.records).toEqual(Array.from(records));
  expect(batch?.records).toBe(batch?.records);
  expect({ ...batch }.records).toEqual(Array.from(records));
});
