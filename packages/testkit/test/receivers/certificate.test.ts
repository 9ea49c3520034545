import { describe, expect, test } from '@jest/globals';
import { HttpReceiver } from '../../src/receivers/index.ts';
import { ask } from './asking.ts';

describe('the certificate of a receiver', () => {
  test('is valid for loopback once it is trusted', async () => {
    await using receiver = await HttpReceiver.start({ tls: 'trusted' });
    const { port } = receiver.address;

    const byAddress = await ask(receiver.address, '/');
    const byName = await ask({ ...receiver.address, url: `https://localhost:${port}` }, '/');

    expect([byAddress.status, byName.status]).toEqual([200, 200]);
  });

  test.each([
    ['untrusted', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['other-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', 'CERT_HAS_EXPIRED'],
  ] as const)('is refused by a client when it is %s', async (tls, code) => {
    await using receiver = await HttpReceiver.start({ tls });

    await expect(ask(receiver.address, '/')).rejects.toMatchObject({ code });

    expect(receiver.ledger()).toEqual([]);
  });

  test('is another one at each start', async () => {
    await using one = await HttpReceiver.start({ tls: 'trusted' });
    await using other = await HttpReceiver.start({ tls: 'trusted' });

    expect(one.address.ca).not.toBe(other.address.ca);
  });
});
