import { expect, test } from '@jest/globals';
import { Secret } from '@tallyman/sdk';
import { HttpReceiver } from '@tallyman/testkit';
import { createHttpClient, isSuccess, userAgentOf } from '../src/index.ts';
import { clientOf, never, post, rejectionOf } from './sending.ts';

test('sends what it is given, and answers with status, headers and body', async () => {
  await using receiver = await HttpReceiver.start();
  receiver.script([{ status: 201, headers: { 'X-Left': '7' }, body: { id: 3 } }]);
  using client = clientOf(`${receiver.address.url}/base/`);
  const auth = {
    scheme: 'basic',
    user: 'me@quay.io',
    password: new Secret('open sesame'),
  } as const;

  const answer = await client.send({ ...post, body: '{"a":1}', auth }, never);

  expect(answer).toMatchObject({ status: 201, headers: { 'x-left': '7' }, text: '{"id":3}' });
  expect(answer.json()).toEqual({ id: 3 });
  expect(isSuccess(answer)).toBe(true);
  expect(receiver.ledger()[0]).toMatchObject({
    method: 'POST',
    path: '/base/notes',
    body: '{"a":1}',
    headers: {
      authorization: `Basic ${Buffer.from('me@quay.io:open sesame').toString('base64')}`,
      'content-type': 'application/json',
      'user-agent': 'tallyman/test',
    },
  });
});

test.each([
  [{ scheme: 'basic', user: new Secret('tok') }, 'authorization', 'Basic dG9rOg=='],
  [{ scheme: 'bearer', token: new Secret('tok') }, 'authorization', 'Bearer tok'],
  [{ scheme: 'header', name: 'X-Token', token: new Secret('tok') }, 'x-token', 'tok'],
] as const)('proves itself with %p', async (auth, header, value) => {
  await using receiver = await HttpReceiver.start();
  using client = clientOf(receiver.address.url);

  await client.send({ ...post, auth }, never);

  expect(receiver.ledger()[0]?.headers[header]).toBe(value);
});

test('keeps its connection from one request to the next', async () => {
  await using receiver = await HttpReceiver.start();
  using client = clientOf(receiver.address.url);

  for (let request = 0; request < 5; request++) await client.send(post, never);

  expect(receiver.counts()).toMatchObject({ requests: 5, connections: 1 });
});

test('compresses the body of a request that asks for it', async () => {
  await using receiver = await HttpReceiver.start();
  using client = clientOf(receiver.address.url);
  const body = JSON.stringify(Array.from({ length: 1_000 }, () => 'quay'));

  await client.send({ ...post, body, compression: 'gzip' }, never);

  const [request] = receiver.ledger();
  expect(request).toMatchObject({ body, headers: { 'content-encoding': 'gzip' } });
  expect(request?.bodyBytes).toBeLessThan(body.length / 20);
});

test('leaves user and password of the URL out', async () => {
  await using receiver = await HttpReceiver.start();
  using client = clientOf(receiver.address.url.replace('//', '//me:password@'));

  const { subject } = await client.send(post, never);

  expect(subject).toBe(`posting a note to ${receiver.address.url}/notes`);
  expect(receiver.ledger()[0]?.headers.authorization).toBeUndefined();
});

test('sends secret parts of a path, and shows them nowhere', async () => {
  await using receiver = await HttpReceiver.start();
  using client = clientOf(receiver.address.url);
  const path = ['/v1/noformat/', new Secret('a/b c')];

  const { subject } = await client.send({ ...post, path }, never);

  expect(receiver.ledger()[0]?.path).toBe('/v1/noformat/a%2Fb%20c');
  expect(subject).toBe(`posting a note to ${receiver.address.url}/v1/noformat/[secret]`);
});

test('takes a redirect for an answer', async () => {
  await using receiver = await HttpReceiver.start();
  await using elsewhere = await HttpReceiver.start();
  receiver.script([{ status: 307, headers: { Location: elsewhere.address.url } }]);
  using client = clientOf(receiver.address.url);

  const { status } = await client.send(post, never);

  expect(status).toBe(307);
  expect(elsewhere.counts().requests).toBe(0);
});

test('reads no more of an answer than its limit', async () => {
  await using receiver = await HttpReceiver.start();
  receiver.script([{ status: 200, body: 'x'.repeat(1_000_000) }]);
  using client = clientOf(receiver.address.url, { responseLimitBytes: 1_000 });

  const { status, text } = await client.send(post, never);

  expect({ status, length: text.length }).toEqual({ status: 200, length: 1_000 });
});

test.each(['hang', 'hang-after-headers'] as const)(
  'settles at once when the signal aborts at a server that does %s',
  async (fault) => {
    await using receiver = await HttpReceiver.start();
    receiver.script([fault]);
    using client = clientOf(receiver.address.url);
    const controller = new AbortController();

    const rejection = rejectionOf(client.send(post, controller.signal));
    await receiver.until(({ requests }) => requests === 1, AbortSignal.timeout(5_000));
    const abortedMs = performance.now();
    controller.abort(new Error('the lane is stopping'));

    expect(await rejection).toMatchObject({
      disposition: 'retryable',
      message: expect.stringMatching(/: stopped waiting for the answer$/),
    });
    expect(performance.now() - abortedMs).toBeLessThan(100);
    await receiver.until(
      ({ openConnections }) => openConnections === 0,
      AbortSignal.timeout(5_000),
    );
  },
);

test('sends nothing once the signal has aborted', async () => {
  await using receiver = await HttpReceiver.start();
  using client = clientOf(receiver.address.url);

  const rejection = await rejectionOf(client.send(post, AbortSignal.abort()));

  expect(rejection).toMatchObject({ disposition: 'retryable' });
  expect(receiver.counts().connections).toBe(0);
});

test('closes the connections it kept', async () => {
  await using receiver = await HttpReceiver.start();
  const client = clientOf(receiver.address.url);
  await client.send(post, never);

  client.close();

  await receiver.until(({ openConnections }) => openConnections === 0, AbortSignal.timeout(5_000));
});

test.each(['', 'quay', 'ftp://quay.io', 'file:///etc/passwd'])('takes no URL like %p', (url) => {
  expect(() => createHttpClient({ url, userAgent: 'x' })).toThrow('write https://HOST');
});

test.each(['', 'line\nbreak', 'blank space', 'tökên'])(
  'holds %p for no token that a header can carry',
  async (text) => {
    using client = clientOf('http://127.0.0.1:1');
    const auth = { scheme: 'bearer', token: new Secret(text) } as const;

    const rejection = await rejectionOf(client.send({ ...post, auth }, never));

    expect(rejection).toMatchObject({ status: 401, message: expect.stringContaining('the token') });
  },
);

test('takes no URL with a query, behind which no path can stand', () => {
  const create = () => createHttpClient({ url: 'https://quay.io/v1?key=1', userAgent: 'x' });

  expect(create).toThrow('leave out what follows the ?');
});

test('names the agent, the sink, the engine and the library to the server', () => {
  const userAgent = userAgentOf({ sink: 'librato', version: '1.2.3' });

  expect(userAgent).toMatch(
    /^tallyman\/1\.2\.3 \(sink:librato\) node\/[\d.]+ \(\w+; \w+\) direct-axios\/[\d.]+$/,
  );
});
