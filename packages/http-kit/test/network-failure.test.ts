import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { isSinkError } from '@tallyman/sdk';
import { HttpReceiver } from '@tallyman/testkit';
import { clientOf, never, post, rejectionOf } from './sending.ts';

test.each([
  ['reset', 'ECONNRESET', 'closed the connection'],
  ['reset-early', 'ECONNRESET', 'closed the connection'],
  ['reset-mid-body', 'ECONNRESET', 'closed the connection'],
  ['close', 'ECONNRESET', 'closed the connection'],
  ['garbage', 'HPE_INVALID_CONSTANT', 'does not speak HTTP'],
] as const)('a server that does %s', async (fault, code, words) => {
  await using receiver = await HttpReceiver.start();
  receiver.script([fault]);
  using client = clientOf(receiver.address.url);

  const error = await rejectionOf(client.send(post, never));

  expect(error).toMatchObject({
    disposition: 'retryable',
    message: expect.stringContaining(words),
    cause: { code },
  });
  expect(error).toMatchObject({ message: expect.stringMatching(/^posting a note to http:/) });
});

test.each([
  ['untrusted', 'set NODE_EXTRA_CA_CERTS to its file'],
  ['other-name', 'check the host in the URL'],
  ['expired', 'has expired'],
] as const)('a certificate that is %s', async (tls, words) => {
  await using receiver = await HttpReceiver.start({ tls });
  const { ca, url } = receiver.address;
  using client = clientOf(url, ca === undefined ? {} : { ca });

  const error = await rejectionOf(client.send(post, never));

  expect(error).toMatchObject({
    disposition: 'retryable',
    message: expect.stringContaining(words),
  });
});

test('a certificate that it is told to trust', async () => {
  await using receiver = await HttpReceiver.start({ tls: 'trusted' });
  const { ca = '', url } = receiver.address;
  using client = clientOf(url, { ca });

  expect(await client.send(post, never)).toMatchObject({ status: 200 });
});

test('TLS with a server that has none', async () => {
  await using receiver = await HttpReceiver.start();
  using client = clientOf(receiver.address.url.replace('http:', 'https:'));

  const error = await rejectionOf(client.send(post, never));

  expect(error).toMatchObject({ message: expect.stringContaining('does not speak TLS as asked') });
});

test('a name that nobody knows', async () => {
  using client = clientOf('https://quay.invalid');

  const error = await rejectionOf(client.send(post, never));

  expect(error).toMatchObject({ message: expect.stringContaining('check the') });
});

test('a code for which the sink has better advice', async () => {
  using client = clientOf('http://127.0.0.1:1', { advice: { ECONNREFUSED: 'start the quay' } });

  const error = await rejectionOf(client.send(post, never));

  expect(error).toMatchObject({ message: expect.stringMatching(/; start the quay$/) });
});

test('a proxy that refuses, without the credentials it was given', async () => {
  const proxy = createServer().on('connect', (_request, socket) => {
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const address = proxy.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  process.env.HTTPS_PROXY = `http://me:proxy-password@127.0.0.1:${port}`;
  try {
    using client = clientOf('https://quay.invalid');

    const error = await rejectionOf(client.send(post, never));

    const message = isSinkError(error) ? error.message : '';
    expect(message).toContain('the proxy of HTTPS_PROXY or HTTP_PROXY');
    expect(message).not.toContain('proxy-password');
  } finally {
    delete process.env.HTTPS_PROXY;
    proxy.close();
  }
});
