import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LibratoReceiver } from '../../src/receivers/index.ts';
import { ask } from './asking.ts';
import { basic, post, token } from './librato.ts';

const point = { measurements: [{ name: 'm', value: 1, tags: { host: 'a' } }] };
const gauge = { gauges: [{ name: 'm', value: 1 }] };

describe('access to the Librato receiver', () => {
  let receiver: LibratoReceiver;
  beforeEach(async () => {
    receiver = await LibratoReceiver.start({
      plainHttp: 'allowed',
      tokens: [
        token,
        { token: 'appoptics' },
        { token: 'viewer', email: 'v@example.com', role: 'viewer' },
        { token: 'old', email: 'o@example.com', state: 'inactive' },
        { token: 'untagged', email: 'u@example.com', tags: 'disabled' },
      ],
    });
  });
  afterEach(() => receiver.close());

  test.each([
    ['email and token', `${token.email}:${token.token}`, token.token],
    ['a token as the user', 'appoptics:', 'appoptics'],
    ['a token as the password of "token"', 'token:appoptics', 'appoptics'],
  ])('is granted with %s', async (_what, credentials, owner) => {
    const { status } = await post(receiver, '/v1/measurements', point, {
      Authorization: basic(credentials),
    });

    expect(status).toBe(202);
    expect(receiver.ledger().points).toMatchObject([{ token: owner, name: 'm' }]);
  });

  test.each([
    ['no credentials', ''],
    ['another scheme', `Bearer ${token.token}`],
    ['an unknown token', basic('ops@example.com:other')],
    ['a token of another email', basic(`v@example.com:${token.token}`)],
    ['a Librato token without its email', basic(`${token.token}:`)],
    ['an AppOptics token with a password', basic('appoptics:x')],
    ['no colon', basic('appoptics')],
    ['a viewer', basic('v@example.com:viewer')],
    ['an inactive token', basic('o@example.com:old')],
  ])('is refused with a 401 to %s', async (_who, authorization) => {
    const headers = { Authorization: authorization };

    const answers = [
      await post(receiver, '/v1/measurements', point, headers),
      await post(receiver, '/v1/metrics', gauge, headers),
      await post(receiver, '/v1/annotations/deploys', { title: 't' }, headers),
    ];

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(receiver.counts()).toMatchObject({ points: 0, annotations: 0, refusals: 3 });
  });

  test('is refused with a 403 in the clear, unless that is allowed', async () => {
    await using strict = await LibratoReceiver.start({ tokens: [token] });
    await using secure = await LibratoReceiver.start({ tokens: [token], tls: 'trusted' });

    const refused = await post(strict, '/v1/measurements', point);

    expect(refused).toMatchObject({
      status: 403,
      json: { errors: { request: ['Please use secured connection through https!'] } },
    });
    expect((await post(secure, '/v1/measurements', point)).status).toBe(202);
  });

  test('is refused with a 403 to an account without tags, but for the legacy API', async () => {
    const headers = { Authorization: basic('u@example.com:untagged') };

    const tagged = await post(receiver, '/v1/measurements', point, headers);
    const legacy = await post(receiver, '/v1/metrics', gauge, headers);

    expect(tagged).toMatchObject({
      status: 403,
      json: { errors: [expect.stringMatching(/^Tag based measurements are not enabled/)] },
    });
    expect(legacy.status).toBe(200);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'is refused with a 415 to %s',
    async (type) => {
      const headers = { 'Content-Type': type };

      expect((await post(receiver, '/v1/measurements', point, headers)).status).toBe(415);
      expect((await post(receiver, '/v1/metrics', gauge, headers)).status).toBe(415);
      expect((await post(receiver, '/v1/annotations/s', {}, headers)).status).toBe(415);
    },
  );

  test('knows JSON with a charset', async () => {
    const headers = { 'Content-Type': 'application/json; charset=utf-8' };

    expect((await post(receiver, '/v1/measurements', point, headers)).status).toBe(202);
  });

  test.each(['/v1/nothing', '/v2/measurements', '/v1/measurements/', '/v1/annotations'])(
    'ends with a 404 at %s',
    async (path) => {
      expect((await post(receiver, path, point)).status).toBe(404);
    },
  );

  test('ends with a 404 for another method', async () => {
    const headers = { Authorization: basic('appoptics:') };

    const answer = await ask(receiver.address, '/v1/measurements', { method: 'GET', headers });

    expect(answer.status).toBe(404);
  });

  test('lets requests be compressed where that is known to work, or where told', async () => {
    await using lenient = await LibratoReceiver.start({
      tokens: [token],
      plainHttp: 'allowed',
      gzip: 'everywhere',
    });
    const headers = { 'Content-Encoding': 'gzip' };
    const packed = (body: object) => gzipSync(JSON.stringify(body));

    expect((await post(receiver, '/v1/measurements', packed(point), headers)).status).toBe(202);
    expect((await post(receiver, '/v1/metrics', packed(gauge), headers)).status).toBe(400);
    expect((await post(lenient, '/v1/metrics', packed(gauge), headers)).status).toBe(200);
  });
});
