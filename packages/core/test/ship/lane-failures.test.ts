import { expect, test } from '@jest/globals';
import { partial, permanent, retryable } from '@tallyman/sdk';
import { expectBalanced } from '@tallyman/testkit';
import { HandSink, laneFor, sinkThat } from './lane-under-test.ts';
import { recordsTo } from './records.ts';

test('writes what one offer brought in one batch, in the same turn', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink);
  lane.start();
  await clock.settle();

  lane.offer(recordsTo(3));
  await Promise.resolve();

  expect(sink.written).toEqual([['0', '1', '2']]);
  expect(lane.account()).toEqual({ offered: 3, delivered: 0, dropped: {}, held: 3 });
  sink.last.accept();
  await clock.settle();
  expect(lane.account()).toEqual({ offered: 3, delivered: 3, dropped: {}, held: 0 });
});

test('lets small batches grow while the sink is busy', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink);
  lane.start();
  await clock.settle();

  for (const each of recordsTo(4)) {
    lane.offer([each]);
    await clock.settle();
  }
  sink.last.accept();
  await clock.settle();

  expect(sink.written).toEqual([['0'], ['1', '2', '3']]);
});

test('tries the same batch again under the same id, with growing delays', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink);
  const calledAt: number[] = [];
  lane.start();
  lane.offer(recordsTo(2));
  await clock.settle();

  for (let failures = 0; failures < 6; failures++) {
    calledAt.push(Math.round(clock.monotonicMs()));
    sink.last.reject(retryable('posting: HTTP 503', { status: 503 }));
    await clock.advance([100, 200, 400, 800, 1_000, 1_000][failures] ?? 0);
  }

  expect(calledAt).toEqual([0, 100, 300, 700, 1_500, 2_500]);
  expect(new Set(sink.writes.map(({ id }) => id)).size).toBe(1);
  expect(sink.writes.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('starts with the first delay again after any success', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, { batch: { maxRecords: 1 } });
  lane.start();
  lane.offer(recordsTo(2));
  await clock.settle();
  sink.last.reject(retryable('first'));
  await clock.advance(100);
  sink.last.reject(retryable('second'));
  await clock.advance(200);
  sink.last.accept();
  await clock.settle();

  sink.last.reject(retryable('third'));
  await clock.advance(100);

  expect(sink.written).toEqual([['0'], ['0'], ['0'], ['1'], ['1']]);
});

test('pauses the whole lane for as long as the destination asks', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, { batch: { maxRecords: 1 }, queue: { concurrency: 3 } });
  lane.start();
  lane.offer(recordsTo(5));
  await clock.settle();

  sink.writes[1]?.reject(retryable('posting: HTTP 429', { status: 429, retryAfterMs: 7_000 }));
  await clock.settle();
  sink.writes[0]?.accept();
  sink.writes[2]?.accept();
  await clock.advance(6_999);
  expect(sink.writes).toHaveLength(3);
  await clock.advance(1);

  expect(sink.written.slice(3)).toEqual([['1'], ['3'], ['4']]);
});

test('counts failures of attempts under way together as one setback', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, { batch: { maxRecords: 1 }, queue: { concurrency: 3 } });
  lane.start();
  lane.offer(recordsTo(3));
  await clock.settle();

  for (const write of sink.writes) write.reject(retryable('posting: reset'));
  await clock.advance(100);

  expect(sink.writes).toHaveLength(6);
});

test('cuts a batch that is too large until only the record that is too large is dropped', async () => {
  const { sink, accepted, writes } = sinkThat((ids) => {
    if (ids.includes('5')) throw permanent('posting: HTTP 413', { status: 413 });
  });
  const { lane, clock } = laneFor(sink, { batch: { maxRecords: 8 } });
  lane.start();

  lane.offer(recordsTo(8));
  await clock.settle();

  expect(accepted).toEqual(['0', '1', '2', '3', '4', '6', '7']);
  expect(writes).toHaveLength(7);
  expect(lane.account()).toEqual({ offered: 8, delivered: 7, dropped: { too_large: 1 }, held: 0 });
});

test('drops only the record that the destination will never accept', async () => {
  const { sink, accepted } = sinkThat((ids) => {
    if (ids.includes('1')) throw permanent('posting: HTTP 400', { status: 400 });
  });
  const { lane, clock, said } = laneFor(sink);
  lane.start();

  lane.offer(recordsTo(4));
  await clock.settle();

  expect(accepted).toEqual(['0', '2', '3']);
  expect(lane.account().dropped).toEqual({ refused: 1 });
  expect(said).toEqual([
    {
      level: 'error',
      message: 'Records were dropped.',
      fields: {
        sink: 'test',
        reason: 'refused',
        records: 1,
        unsaid: 0,
        sample: 'posting: HTTP 400',
      },
    },
  ]);
});

test('takes five equal errors of unknown kind to suspect the batch, then drops the one record that raises them', async () => {
  const { sink, accepted, writes } = sinkThat((ids) => {
    if (ids.includes('2')) throw new TypeError('cannot read x of undefined');
  });
  const { lane, clock } = laneFor(sink);
  lane.start();

  lane.offer(recordsTo(4));
  await clock.advance(60_000);

  expect(writes.slice(0, 6).map((ids) => ids.length)).toEqual([4, 4, 4, 4, 4, 2]);
  expect(writes.slice(6)).toEqual([['2', '3'], ['2'], ['3']]);
  expect(accepted).toEqual(['0', '1', '3']);
  expect(lane.account().dropped).toEqual({ poison: 1 });
});

test('never suspects the records while the errors differ', async () => {
  let calls = 0;
  const { sink } = sinkThat(() => {
    calls += 1;
    throw new Error(`strange ${calls % 2}`);
  });
  const { lane, clock } = laneFor(sink);
  lane.start();

  lane.offer(recordsTo(1));
  await clock.advance(60_000);

  expect(calls).toBeGreaterThan(10);
  expect(lane.account()).toMatchObject({ dropped: {}, held: 1 });
});

test.each([
  ["an operating system's error", { code: 'ECONNREFUSED' }],
  ['an answer that is no HTTP', { code: 'HPE_INVALID_CONSTANT' }],
  ['an answer that is no HTTP, as fetch says it', { name: 'HTTPParserError', code: undefined }],
])('never suspects the records of %s', async (_what, facts) => {
  const { sink, writes } = sinkThat(() => {
    const cause = Object.assign(new Error('connecting'), facts);
    throw new TypeError('fetch failed', { cause });
  });
  const { lane, clock } = laneFor(sink);
  lane.start();

  lane.offer(recordsTo(1));
  await clock.advance(60_000);

  expect(writes.length).toBeGreaterThan(10);
  expect(lane.account()).toMatchObject({ dropped: {}, held: 1 });
});

test('handles what a sink throws at once like a rejection', async () => {
  let calls = 0;
  const { lane, clock } = laneFor({
    write: () => {
      calls += 1;
      if (calls === 1) throw retryable('building the request');
      return Promise.resolve();
    },
  });
  lane.start();

  lane.offer(recordsTo(2));
  await clock.advance(100);

  expect(lane.account()).toMatchObject({ delivered: 2, held: 0 });
});

test('resends only the records the destination asked for again, as a new batch', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, { batch: { maxRecords: 6 } });
  lane.start();
  lane.offer(recordsTo(6));
  await clock.settle();
  const drop = [
    { index: 0, reason: 'expired' },
    { index: 5, reason: 'measure time too old' },
  ];

  sink.last.reject(partial({ retry: [4, 2], drop, retryAfterMs: 3_000 }));
  await clock.settle();

  expect(lane.account()).toEqual({
    offered: 6,
    delivered: 2,
    dropped: { expired: 1, refused: 1 },
    held: 2,
  });
  await clock.advance(3_000);
  expect(sink.written).toEqual([
    ['0', '1', '2', '3', '4', '5'],
    ['2', '4'],
  ]);
  expect(sink.writes[1]?.id).not.toBe(sink.writes[0]?.id);
  expect(sink.last.attempt).toBe(1);
});

test('starts with the first delay again after a partial success', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink);
  lane.start();
  lane.offer(recordsTo(3));
  await clock.settle();
  sink.last.reject(retryable('posting: HTTP 503'));
  await clock.advance(100);
  sink.last.reject(retryable('posting: HTTP 503'));
  await clock.advance(200);

  sink.last.reject(partial({ retry: [2] }));
  await clock.advance(100);

  expect(sink.written.at(-1)).toEqual(['2']);
});

test('counts the time of what is left of a batch from the first attempt of the whole', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, { retry: { giveUpAfterMs: 1_000 } });
  lane.start();
  lane.offer(recordsTo(2));
  await clock.advance(900);
  sink.last.reject(partial({ retry: [1] }));
  await clock.advance(100);

  sink.last.reject(retryable('posting: HTTP 503'));
  await clock.settle();

  expect(lane.account()).toMatchObject({ delivered: 1, dropped: { gave_up: 1 }, held: 0 });
});

test('believes a sink that, told to stop, says what was accepted', async () => {
  const { lane, clock } = laneFor(
    {
      write: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(partial({ retry: [1] })));
        }),
    },
    { retry: { attemptTimeoutMs: 1_000 } },
  );
  lane.start();
  lane.offer(recordsTo(2));

  await clock.advance(1_000);

  expect(lane.account()).toMatchObject({ delivered: 1, held: 1 });
});

test('loses nothing to senseless indexes, and says so', async () => {
  const sink = new HandSink();
  const { lane, clock, said } = laneFor(sink);
  lane.start();
  lane.offer(recordsTo(4));
  await clock.settle();
  const drop = [
    { index: 1, reason: 'refused' },
    { index: 9, reason: 'refused' },
  ];

  sink.last.reject(partial({ retry: [1, 1, -1, 2.5, Number.NaN], drop }));
  await clock.advance(100);

  expect(lane.account()).toEqual({ offered: 4, delivered: 3, dropped: {}, held: 1 });
  expect(sink.last.ids).toEqual(['1']);
  expect(said.find(({ message }) => message.startsWith('The sink named'))?.fields).toMatchObject({
    indexes: ['1', '-1', '2.5', 'NaN', '1', '9'],
  });
});

test('gives a batch up when it was tried for as long as allowed', async () => {
  const { sink, writes } = sinkThat(() => {
    throw retryable('posting: HTTP 503');
  });
  const { lane, clock } = laneFor(sink, { retry: { giveUpAfterMs: 1_000 } });
  lane.start();
  lane.offer(recordsTo(1));

  await clock.advance(1_499);
  expect(lane.account()).toMatchObject({ dropped: {}, held: 1 });
  await clock.advance(1);

  expect(writes).toHaveLength(5);
  expect(lane.account()).toEqual({ offered: 1, delivered: 0, dropped: { gave_up: 1 }, held: 0 });
});

test('keeps the records while the credentials are refused, says what to do once, and recovers', async () => {
  let allowed = false;
  const { sink, accepted, writes } = sinkThat(() => {
    if (!allowed) throw permanent('posting: HTTP 401', { status: 401 });
  });
  const { lane, clock, said } = laneFor(sink);
  lane.start();
  lane.offer(recordsTo(2));
  await clock.advance(180_000);

  expect(lane.state()).toEqual({ status: 'refused', sinceMs: clock.now() - 180_000 });
  expect(writes.length).toBeLessThanOrEqual(5);
  expect(said.map(({ level }) => level)).toEqual(['error']);
  expect(said[0]?.message).toMatch(/check this sink's token/);
  expectBalanced(lane.account());
  allowed = true;
  await clock.advance(60_000);

  expect(accepted).toEqual(['0', '1']);
  expect(lane.state().status).toBe('healthy');
  expect(said.at(-1)).toMatchObject({ level: 'info', message: 'The sink works again.' });
});

test('says one line a minute about a destination that is down, and one when it is back', async () => {
  let down = true;
  const { sink } = sinkThat(() => {
    if (down) throw retryable('posting: HTTP 503', { status: 503 });
  });
  const { lane, clock, said } = laneFor(sink);
  lane.start();
  lane.offer(recordsTo(1));
  await clock.advance(150_000);
  down = false;
  await clock.advance(1_000);

  expect(said.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'warn Delivery failed, retrying.',
    'warn Delivery failed, retrying.',
    'warn Delivery failed, retrying.',
    'info The sink works again.',
  ]);
  expect(said[0]?.fields).toMatchObject({ sink: 'test', attempt: 1, status: 503, failures: 1 });
  expect(said[1]?.fields.unsaid).toBeGreaterThan(50);
});

test('gives an attempt its whole time again when the sink reports progress', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, { retry: { attemptTimeoutMs: 1_000 } });
  lane.start();
  lane.offer(recordsTo(1));
  await clock.advance(900);

  lane.progress();
  await clock.advance(999);
  expect(sink.last.signal.aborted).toBe(false);
  await clock.advance(1);

  expect(sink.last.signal.aborted).toBe(true);
  await clock.advance(100);
  expect(sink.writes.map(({ attempt }) => attempt)).toEqual([1, 2]);
});

test('leaves a write behind that ignores the abort, and believes nothing it says later', async () => {
  const sink = new HandSink({ deaf: true });
  const { lane, clock, said } = laneFor(sink, { retry: { attemptTimeoutMs: 1_000 } });
  lane.start();
  lane.offer(recordsTo(1));
  await clock.advance(1_999);
  expect(sink.writes).toHaveLength(1);
  await clock.advance(1 + 100);
  expect(sink.writes).toHaveLength(2);

  sink.writes[0]?.accept();
  await clock.advance(2_500);

  expect(lane.account()).toMatchObject({ delivered: 0, held: 1 });
  expect(lane.vitals()).toMatchObject({ attempts: 2, failures: 2, abandoned: 2 });
  expect(said.filter(({ level }) => level === 'error')).toHaveLength(1);
});

test('believes a write that succeeds after its time ran out but before it was left behind', async () => {
  const sink = new HandSink({ deaf: true });
  const { lane, clock } = laneFor(sink, { retry: { attemptTimeoutMs: 1_000 } });
  lane.start();
  lane.offer(recordsTo(1));
  await clock.advance(1_500);

  sink.last.accept();
  await clock.advance(10_000);

  expect(sink.writes).toHaveLength(1);
  expect(lane.account()).toMatchObject({ delivered: 1, held: 0 });
});
