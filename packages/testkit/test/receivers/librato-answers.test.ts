import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../src/clock.ts';
import {
  type LibratoErrorShape,
  LibratoReceiver,
  libratoAnswers,
  libratoErrorBody,
} from '../../src/receivers/index.ts';
import { many, post, token } from './librato.ts';

const path = '/v1/measurements';
const options = { tokens: [token], plainHttp: 'allowed' } as const;
const single = { name: 'm', value: 1, tags: { host: 'a' } };
const aggregated = { ...single, attributes: { aggregate: true } };

describe('the limits of the Librato receiver', () => {
  test('are told with every answer, also a refusal', async () => {
    const clock = new VirtualClock(1_700_000_000_000);
    const rateLimit = {
      agg: { limit: 10, windowSeconds: 60 },
      std: { limit: 5, windowSeconds: 30 },
    };
    await using receiver = await LibratoReceiver.start({ ...options, rateLimit }, { clock });

    const accepted = await post(receiver, path, { measurements: [single, aggregated, aggregated] });
    const refused = await post(receiver, path, {});

    const headers = {
      'x-librato-ratelimit-agg': 'limit=10,remaining=8,reset=1700000060',
      'x-librato-ratelimit-std': 'limit=5,remaining=4,reset=1700000030',
    };
    expect(accepted).toMatchObject({ status: 202, headers });
    expect(refused).toMatchObject({ status: 400, headers });
  });

  test('refuse what is too much with a 429, until the window ends', async () => {
    const clock = new VirtualClock(1_700_000_000_000);
    const rateLimit = { std: { limit: 5, windowSeconds: 30 } };
    await using receiver = await LibratoReceiver.start({ ...options, rateLimit }, { clock });
    const four = { measurements: many(4, () => single) };

    const first = await post(receiver, path, four);
    const second = await post(receiver, path, four);
    await clock.advance(30_000);
    const third = await post(receiver, path, four);

    expect([first.status, second.status, third.status]).toEqual([202, 429, 202]);
    expect(second.json).toMatchObject({ error: expect.stringMatching(/API limit/) });
    expect(second.headers['x-librato-ratelimit-std']).toBe('limit=5,remaining=1,reset=1700000030');
    expect(receiver.counts().points).toBe(8);
  });

  test('hold for the legacy API too', async () => {
    const rateLimit = { std: { limit: 1, windowSeconds: 30 } };
    await using receiver = await LibratoReceiver.start({ ...options, rateLimit });
    const gauges = [single, single];

    expect((await post(receiver, '/v1/metrics', { gauges })).status).toBe(429);
  });

  test('are not told where there are none', async () => {
    await using receiver = await LibratoReceiver.start(options);

    const { headers } = await post(receiver, path, { measurements: [single] });

    expect(Object.keys(headers).filter((name) => name.startsWith('x-librato'))).toEqual([]);
  });
});

describe('scripted answers of the Librato receiver', () => {
  test('come instead of accepting', async () => {
    await using receiver = await LibratoReceiver.start(options);
    receiver.script([
      libratoAnswers.maintenance,
      libratoAnswers.rateLimited(1_800_000_000),
      libratoAnswers.rateLimitedWithoutHeaders,
      libratoAnswers.rateLimitedAsForbidden,
      libratoAnswers.unparsable,
      libratoAnswers.tagsNotEnabled,
    ]);

    const answers = [];
    for (let turn = 0; turn < 6; turn++)
      answers.push(await post(receiver, path, { measurements: [single] }));

    expect(answers.map(({ status }) => status)).toEqual([503, 429, 429, 403, 429, 403]);
    expect(answers[1]?.headers['x-librato-ratelimit-std']).toContain('reset=1800000000');
    expect(answers[3]?.json).toMatchObject({ error: expect.stringMatching(/API limit/) });
    expect(answers[4]?.body).not.toMatch(/limit/);
    expect(receiver.counts()).toMatchObject({ points: 0, requests: 6 });
  });

  test('come although all was accepted', async () => {
    await using receiver = await LibratoReceiver.start(options);
    receiver.script([
      libratoAnswers.rateLimitedYetAccepted,
      libratoAnswers.acceptedSilently,
      { accept: 'first', fault: 'reset' },
    ]);

    const limited = await post(receiver, path, { measurements: [single] });
    const silent = await post(receiver, path, { measurements: [single] });
    const lost = await post(receiver, path, { measurements: [single] }).catch(({ code }) => code);

    expect([limited.status, silent.status, silent.body, lost]).toEqual([
      429,
      202,
      '',
      'ECONNRESET',
    ]);
    expect(receiver.counts().points).toBe(3);
  });

  test.each<[LibratoErrorShape, string]>([
    ['params', '{"errors":{"params":{"name":["is wrong"]}}}'],
    ['request-list', '{"errors":{"request":["is wrong"]}}'],
    ['request-text', '{"errors":{"request":"is wrong"}}'],
    ['system', '{"errors":{"system":["is wrong"]}}'],
    ['list', '{"errors":["is wrong"]}'],
    ['flat', '{"request_time":1467306906,"error":"is wrong"}'],
    ['message', '{"message":"is wrong"}'],
    ['html', '<html><body><h1>is wrong</h1></body></html>'],
    ['empty', ''],
  ])('have each shape of an error: %s', async (shape, body) => {
    await using receiver = await LibratoReceiver.start(options);
    receiver.always({ status: 400, body: libratoErrorBody(shape, 'is wrong') });

    expect(await post(receiver, path, {})).toMatchObject({ status: 400, body });
  });
});
