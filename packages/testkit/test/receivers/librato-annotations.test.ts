import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LibratoReceiver } from '../../src/receivers/index.ts';
import { now, post, token } from './librato.ts';

const path = '/v1/annotations/docker.events';

describe('annotations at the Librato receiver', () => {
  let receiver: LibratoReceiver;
  beforeEach(async () => {
    receiver = await LibratoReceiver.start({ tokens: [token], plainHttp: 'allowed' });
  });
  afterEach(() => receiver.close());

  test('are kept by stream, and answered with their place', async () => {
    const start_time = now() - 10;
    const links = [{ rel: 'logs', href: 'https://example.com/', label: 'Logs' }];
    const sent = { title: 'die', description: 'exit 1', source: 'web', start_time, links };

    const first = await post(receiver, path, sent);
    const second = await post(receiver, path, { title: 'start' });

    expect(first).toMatchObject({
      status: 201,
      headers: { location: '/v1/annotations/docker.events/1' },
      json: { id: 1, ...sent, end_time: null },
    });
    expect(second.headers.location).toBe('/v1/annotations/docker.events/2');
    expect(receiver.ledger().annotations).toMatchObject([
      { token: token.token, stream: 'docker.events', ...sent },
      { title: 'start', links: [] },
    ]);
  });

  test.each([
    ['no title', { title: undefined }, 'title'],
    ['an empty title', { title: '' }, 'title'],
    ['a title that is a number', { title: 1 }, 'title'],
    ['a description that is a list', { description: [] }, 'description'],
    ['a source that is not valid', { source: 'a b' }, 'source'],
    ['a time in milliseconds', { start_time: Date.now() }, 'start_time'],
    ['an end with a fraction', { end_time: now() + 0.1 }, 'end_time'],
    ['a link without a place', { links: [{ rel: 'a' }] }, 'href'],
    ['a link without a relation', { links: [{ href: 'a' }] }, 'rel'],
    ['links that are an object', { links: {} }, 'links'],
  ])('are refused with %s', async (_what, change, param) => {
    const answer = await post(receiver, path, { title: 'die', ...change });

    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ errors: { params: { [param]: expect.any(Array) } } });
    expect(receiver.counts()).toMatchObject({ annotations: 0, refusals: 1 });
  });

  test.each(['a%20b', 'a%2Fb', 'x'.repeat(256)])('are refused in the stream %s', async (stream) => {
    const answer = await post(receiver, `/v1/annotations/${stream}`, { title: 'die' });

    expect(answer.status).toBe(400);
  });

  test('come one in a request', async () => {
    expect((await post(receiver, path, [{ title: 'die' }, { title: 'start' }])).status).toBe(400);
  });
});
