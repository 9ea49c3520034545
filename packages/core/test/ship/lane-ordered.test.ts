import { expect, test } from '@jest/globals';
import { permanent, retryable } from '@tallyman/sdk';
import { HandSink, laneFor } from './lane-under-test.ts';
import { record, recordsTo } from './records.ts';

const ordered = { queue: { ordered: true }, batch: { maxRecords: 1 } };

test('calls the writes of an ordered sink in order, many at once', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, ordered);
  lane.start();

  lane.offer(recordsTo(12));
  await clock.settle();

  expect(sink.written.flat()).toEqual(recordsTo(12).map(({ id }) => id));
});

test('takes back all later writes when one fails, and issues the unresolved again, oldest first', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, ordered);
  lane.start();
  lane.offer(recordsTo(5));
  await clock.settle();
  sink.writes[3]?.accept();
  await clock.settle();

  sink.writes[1]?.reject(retryable('writing: reset'));
  await clock.advance(1_000);

  expect(sink.writes.map(({ signal }) => signal.aborted)).toEqual([
    false,
    false,
    true,
    false,
    true,
  ]);
  expect(sink.writes).toHaveLength(5);
  sink.writes[0]?.accept();
  await clock.settle();
  expect(sink.written.slice(5)).toEqual([['1'], ['2'], ['4']]);
  expect(sink.last.attempt).toBe(2);
  expect(lane.account()).toMatchObject({ delivered: 2, held: 3 });
});

test('waits for a later write that ignores the abort before it issues again', async () => {
  const sink = new HandSink({ deaf: true });
  const { lane, clock } = laneFor(sink, ordered);
  lane.start();
  lane.offer(recordsTo(3));
  await clock.settle();

  sink.writes[0]?.reject(retryable('writing: reset'));
  await clock.advance(500);
  sink.writes[1]?.accept();
  await clock.advance(499);
  expect(sink.writes).toHaveLength(3);
  await clock.advance(1);

  expect(sink.written.slice(3)).toEqual([['0'], ['2']]);
});

test('issues nothing new while a write that ran out of time is being stopped', async () => {
  const sink = new HandSink({ deaf: true });
  const { lane, clock } = laneFor(sink, { ...ordered, retry: { attemptTimeoutMs: 1_000 } });
  lane.start();
  lane.offer(recordsTo(1));
  await clock.advance(1_500);

  lane.offer([record('1')]);
  await clock.advance(499);
  expect(sink.writes).toHaveLength(1);
  await clock.advance(1 + 100);

  expect(sink.written.slice(1)).toEqual([['0'], ['1']]);
});

test('keeps the order through a bisected batch', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, { ...ordered, batch: { maxRecords: 2 } });
  lane.start();
  lane.offer(recordsTo(4));
  await clock.settle();

  sink.writes[0]?.reject(permanent('writing: refused'));
  await clock.settle();

  expect(sink.written.slice(2)).toEqual([['0'], ['1'], ['2', '3']]);
});

test('blames only the write that failed first: the later ones are not suspected', async () => {
  const sink = new HandSink();
  const { lane, clock } = laneFor(sink, { ...ordered, batch: { maxRecords: 2 } });
  lane.start();
  lane.offer(recordsTo(4));
  await clock.settle();

  for (let failures = 0; failures < 5; failures++) {
    for (const write of sink.writes.slice(-2)) write.reject(new Error('broken'));
    await clock.advance(2_000);
  }

  expect(sink.written.slice(-3)).toEqual([['0'], ['1'], ['2', '3']]);
});
