import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LibratoReceiver } from '../../src/receivers/index.ts';
import { many, now, post, token } from './librato.ts';

const path = '/v1/metrics';
const valid = { name: 'docker.cpu', value: 1, source: 'web.1' };

describe('legacy metrics at the Librato receiver', () => {
  let receiver: LibratoReceiver;
  beforeEach(async () => {
    receiver = await LibratoReceiver.start({ tokens: [token], plainHttp: 'allowed' });
  });
  afterEach(() => receiver.close());

  test('are kept with their source, shared or own', async () => {
    const time = now() - 60;
    const summary = { count: 6, sum: 60.1, min: 8, max: 12, sum_squares: 640.2 };

    const answer = await post(receiver, path, {
      measure_time: time,
      source: 'host1',
      period: 60,
      gauges: [
        { name: 'cpu', value: 12.5 },
        { name: 'cpu', source: 'Web.2', measure_time: time + 1, ...summary },
      ],
      counters: [{ name: 'rx', value: 123_456 }],
    });

    expect(answer).toMatchObject({ status: 200, body: '' });
    const common = { api: 'metrics', token: token.token, timeSent: 'yes', period: 60, request: 1 };
    expect(receiver.ledger().points).toEqual([
      { ...common, type: 'gauge', name: 'cpu', source: 'host1', time, value: 12.5 },
      {
        ...common,
        type: 'gauge',
        name: 'cpu',
        source: 'Web.2',
        time: time + 1,
        aggregates: summary,
      },
      { ...common, type: 'counter', name: 'rx', source: 'host1', time, value: 123_456 },
    ]);
  });

  test.each([
    ['a list', [{ name: 'a', value: 1 }]],
    ['an object by name', { a: { value: 1 } }],
    ['an object by number', { '0': { name: 'a', value: 1 } }],
  ])('come as %s', async (_form, gauges) => {
    expect((await post(receiver, path, { gauges })).status).toBe(200);
    expect(receiver.ledger().points).toMatchObject([{ name: 'a', value: 1 }]);
  });

  const long = 'x'.repeat(256);
  test.each([
    ['no name', { name: undefined }, { name: ['is not present'] }],
    ['a name that is not valid', { name: 'a/b' }, { name: ['a/b is not a valid metric name'] }],
    ['a source with a slash', { source: 'a/b' }, { source: ['a/b is not a valid source name'] }],
    ['a long source', { source: long }, { source: [`${long} is not a valid source name`] }],
    ['an empty source', { source: '' }, { source: [' is not a valid source name'] }],
    ['the reserved source', { source: 'ALL' }, { source: ['ALL is not a valid source name'] }],
    ['neither value nor count', { value: undefined }, { value: ['is not present'] }],
    [
      'a count without a sum',
      { value: undefined, count: 2 },
      { sum: ['is required'], name: valid.name },
    ],
    ['a value and a sum', { sum: 1 }, { sum: ['cannot be given together with value'] }],
    ['a last value', { last: 1 }, { last: ['is not a known parameter'] }],
    ['a standard deviation', { stddev: 1 }, { stddev: ['is not a known parameter'] }],
    ['a huge value', { value: 1e127 }, { value: ['is too large'] }],
    [
      'a time in milliseconds',
      { measure_time: Date.now() },
      { measure_time: ['is not a whole number of seconds'] },
    ],
    [
      'a time long ago',
      { measure_time: now() - 4 * 3_600 },
      { measure_time: ['is too far in the past'] },
    ],
  ])('are refused, all of them, for one with %s', async (_what, change, params) => {
    const answer = await post(receiver, path, { gauges: [valid, { ...valid, ...change }] });

    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ errors: { params }, request_time: expect.any(Number) });
    expect(receiver.counts()).toMatchObject({ points: 0, refusals: 1 });
  });

  test.each([
    ['nothing', {}, 'gauges'],
    ['empty lists', { gauges: [], counters: {} }, 'gauges'],
    ['1,001 of them', { gauges: many(1_001, () => valid) }, 'gauges'],
    ['a shared source that is not valid', { source: 'all', gauges: [valid] }, 'source'],
    ['a shared time long ago', { measure_time: 1, gauges: [valid] }, 'measure_time'],
    ['a counter without a value', { counters: [{ name: 'c', count: 1, sum: 1 }] }, 'value'],
  ])('are refused with %s', async (_what, body, param) => {
    const answer = await post(receiver, path, body);

    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ errors: { params: { [param]: expect.any(Array) } } });
  });

  test('are refused with a 400 where they cannot be parsed', async () => {
    expect((await post(receiver, path, '{"gauges":')).status).toBe(400);
  });

  test('are refused as a whole also where measurements would not be', async () => {
    await using lenient = await LibratoReceiver.start({
      tokens: [token],
      plainHttp: 'allowed',
      invalidMeasurements: 'partial',
    });

    const answer = await post(lenient, path, { gauges: [valid, { name: 'x' }] });

    expect(answer.status).toBe(400);
    expect(lenient.counts().points).toBe(0);
  });

  test('keep the type they were first seen with, whatever the case of their name', async () => {
    await post(receiver, path, { gauges: [valid] });

    const answer = await post(receiver, path, { counters: [{ name: 'Docker.CPU', value: 1 }] });

    expect(answer).toMatchObject({
      status: 400,
      json: {
        errors: {
          params: {
            type: ["'Docker.CPU' is a gauge, but was submitted as different type"],
          },
        },
      },
    });
  });

  test('cannot be of two types in one request, and a refused request teaches no type', async () => {
    const both = { gauges: [valid], counters: [{ name: valid.name, value: 1 }] };

    expect((await post(receiver, path, both)).status).toBe(400);
    expect((await post(receiver, path, { counters: both.counters })).status).toBe(200);
  });

  test('are counted where they are more than usual in one request', async () => {
    await post(receiver, path, { gauges: many(300, () => valid) });
    await post(receiver, path, { gauges: many(301, () => valid) });

    expect(receiver.counts()).toMatchObject({ points: 601, oversizedBatches: 1 });
  });
});
