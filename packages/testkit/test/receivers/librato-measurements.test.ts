import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LibratoReceiver } from '../../src/receivers/index.ts';
import { many, now, post, token } from './librato.ts';

const path = '/v1/measurements';
const tags = { host: 'a' };
const valid = { name: 'docker.cpu', value: 1, tags };

describe('measurements at the Librato receiver', () => {
  let receiver: LibratoReceiver;
  beforeEach(async () => {
    receiver = await LibratoReceiver.start({ tokens: [token], plainHttp: 'allowed' });
  });
  afterEach(() => receiver.close());

  test('are kept as the service keeps them', async () => {
    const time = now() - 60;
    const summary = { count: 3, sum: 35, min: 4.5, max: 19, last: 2.5, stddev: 1.3 };
    const attributes = { aggregate: true, summarize_function: 'sum', color: '#12aBff' };

    const answer = await post(receiver, path, {
      time,
      period: 60,
      tags: { Host: 'Web-1', env: 'prod' },
      measurements: [
        { name: 'Docker.CPU:total_x-y', value: 12.5 },
        {
          name: 'mem',
          time: time + 1,
          period: 10,
          attributes,
          tags: { id: 'a\\b/c? d' },
          ...summary,
        },
      ],
    });

    expect(answer).toMatchObject({
      status: 202,
      json: { measurements: { summary: { total: 2, accepted: 2, failed: 0, filtered: 0 } } },
    });
    const common = { api: 'measurements', type: 'gauge', token: token.token, timeSent: 'yes' };
    expect(receiver.ledger().points).toEqual([
      {
        ...common,
        name: 'Docker.CPU:total_x-y',
        value: 12.5,
        time,
        period: 60,
        tags: { host: 'web-1', env: 'prod' },
        request: 1,
      },
      {
        ...common,
        name: 'mem',
        aggregates: summary,
        attributes,
        time: time + 1,
        period: 10,
        tags: { id: 'a\\b/c? d' },
        request: 1,
      },
    ]);
    expect(receiver.ledger().batches).toMatchObject([{ api: 'measurements', measurements: 2 }]);
  });

  test('have the time of receipt where they bring none', async () => {
    const before = now();

    await post(receiver, path, { measurements: [valid] });

    const [point] = receiver.ledger().points;
    expect(point?.timeSent).toBe('no');
    expect(point?.time).toBeGreaterThanOrEqual(before);
  });

  test.each(['{', '{"measurements":[{"name":"m","value":NaN}]}', ''])(
    'are refused with a 429 where they cannot be parsed: %s',
    async (body) => {
      expect((await post(receiver, path, body)).status).toBe(429);
    },
  );

  test('are refused with a 400 where a number has no end', async () => {
    const body = '{"measurements":[{"name":"m","value":1e999,"tags":{"a":"b"}}]}';

    expect((await post(receiver, path, body)).status).toBe(400);
  });

  test('lose what is too small to be kept', async () => {
    const tiny = [1e-131, -1e-131, 1e-129].map((value) => ({ ...valid, value }));

    await post(receiver, path, { measurements: tiny });

    expect(receiver.ledger().points.map(({ value }) => value)).toEqual([0, 0, 1e-129]);
  });

  test('have their own tags instead of the shared ones, never both', async () => {
    await post(receiver, path, { tags: { env: 'prod' }, measurements: [valid] });

    expect(receiver.ledger().points).toMatchObject([{ tags: { host: 'a' } }]);
    expect(receiver.ledger().points[0]?.tags).not.toHaveProperty('env');
  });

  test('are accepted up to the limits, and counted where they are more than usual', async () => {
    await post(receiver, path, { measurements: many(500, () => valid) });
    expect(receiver.counts()).toMatchObject({ points: 500, oversizedBatches: 0 });

    const widest = { ...valid, name: 'x'.repeat(255), tags: manyTags(50) };
    const answer = await post(receiver, path, { measurements: many(1_000, () => widest) });

    expect(answer.status).toBe(202);
    expect(receiver.counts()).toMatchObject({ points: 1_500, oversizedBatches: 1 });
  });

  test('are accepted in part where that is asked for', async () => {
    await using lenient = await LibratoReceiver.start({
      tokens: [token],
      plainHttp: 'allowed',
      invalidMeasurements: 'partial',
    });

    const answer = await post(lenient, path, {
      measurements: [valid, { ...valid, name: 'a b' }, { ...valid, tags: {} }],
    });
    const huge = await post(lenient, path, { measurements: [valid, { ...valid, value: 1e127 }] });

    expect(answer).toMatchObject({
      status: 202,
      json: {
        measurements: { summary: { total: 3, accepted: 1, failed: 2 } },
        errors: [
          { param: 'name', reason: 'a b is not a valid metric name' },
          { param: 'tags', reason: 'is required' },
        ],
      },
    });
    expect(huge.status).toBe(400);
    expect(lenient.ledger().refusals.map(({ status }) => status)).toEqual([202, 202, 400]);
    expect(lenient.counts().points).toBe(1);
  });

  test('are left out by a script', async () => {
    receiver.script([{ partial: [0, 2] }]);

    const answer = await post(receiver, path, {
      measurements: many(3, (index) => ({ ...valid, name: `m${index}` })),
    });

    expect(answer).toMatchObject({
      status: 202,
      json: { measurements: { summary: { failed: 2 } } },
    });
    expect(receiver.ledger().points).toMatchObject([{ name: 'm1' }]);
  });
});

function manyTags(count: number): Record<string, string> {
  return Object.fromEntries(many(count, (index) => [`tag${index}`, 'a']));
}
