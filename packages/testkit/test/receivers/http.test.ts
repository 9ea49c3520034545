import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../src/clock.ts';
import { HttpReceiver, type HttpStep } from '../../src/receivers/index.ts';
import { ask, soon } from './asking.ts';

describe('the HTTP receiver', () => {
  let receiver: HttpReceiver;
  beforeEach(async () => {
    receiver = await HttpReceiver.start();
  });
  afterEach(() => receiver.close());

  async function statuses(requests: number): Promise<readonly number[]> {
    const each = [];
    for (let turn = 0; turn < requests; turn++)
      each.push((await ask(receiver.address, '/')).status);
    return each;
  }

  test('follows its script, then answers as always', async () => {
    receiver.script(['503', { status: 429 }, 'ok']);
    receiver.always('204');

    expect(await statuses(5)).toEqual([503, 429, 200, 204, 204]);
    expect(receiver.counts().statuses).toEqual({ 200: 1, 204: 2, 429: 1, 503: 1 });
  });

  test('asks a function, until there is a script again', async () => {
    receiver.scriptWith(({ number }) => (number % 2 === 0 ? '500' : 'ok'));
    expect(await statuses(3)).toEqual([200, 500, 200]);

    receiver.script([]);
    expect(await statuses(2)).toEqual([200, 200]);
  });

  test('refuses a script with a step that does not exist', () => {
    const step: HttpStep = '42';

    expect(() => receiver.script(['ok', step])).toThrow('there is no step "42"');
  });

  test('keeps what it was sent', async () => {
    await ask(receiver.address, '/v1/things?a=b', {
      method: 'PUT',
      headers: { 'X-Two': 'words' },
      body: 'grüße',
    });

    expect(receiver.ledger()).toMatchObject([
      {
        number: 1,
        connection: 1,
        method: 'PUT',
        path: '/v1/things?a=b',
        body: 'grüße',
        status: 200,
      },
    ]);
    expect(receiver.ledger()[0]?.headers).toMatchObject({ 'x-two': 'words' });
  });

  test('keeps a compressed body as it was meant', async () => {
    const body = gzipSync('x'.repeat(5_000));

    await ask(receiver.address, '/', { headers: { 'Content-Encoding': 'gzip' }, body });

    expect(receiver.ledger()).toMatchObject([
      { body: 'x'.repeat(5_000), bodyBytes: body.length, status: 200 },
    ]);
  });

  test.each([
    ['is said to be gzip and is not', { 'Content-Encoding': 'gzip' }, 'plain', 400],
    ['has an unknown encoding', { 'Content-Encoding': 'br' }, 'plain', 415],
    ['is past all bounds', {}, 'x'.repeat(17 * 1024 * 1024), 413],
  ])('refuses a body that %s', async (_what, headers, body, status) => {
    expect((await ask(receiver.address, '/', { headers, body })).status).toBe(status);
  });

  test('answers with the headers and the body of a step', async () => {
    receiver.script([{ status: 400, headers: { 'X-Why': 'because' }, body: { no: 1 } }]);

    expect(await ask(receiver.address, '/')).toMatchObject({
      status: 400,
      headers: { 'x-why': 'because', 'content-type': 'application/json' },
      body: '{"no":1}',
    });
  });

  test('names the time to come back in seconds or as a date', async () => {
    const clock = new VirtualClock(Date.UTC(2025, 0, 1));
    await using dated = await HttpReceiver.start({}, { clock });
    dated.script([
      { status: 429, retryAfter: { seconds: 2 } },
      { status: 503, retryAfter: { dateInSeconds: 90 } },
    ]);

    const seconds = await ask(dated.address, '/');
    const date = await ask(dated.address, '/');

    expect(seconds.headers['retry-after']).toBe('2');
    expect(date.headers['retry-after']).toBe('Wed, 01 Jan 2025 00:01:30 GMT');
  });

  test('waits before it answers, on its clock', async () => {
    const clock = new VirtualClock();
    await using slow = await HttpReceiver.start({}, { clock });
    slow.script([{ delayMs: 60_000 }]);

    const answer = ask(slow.address, '/');
    while (clock.pending === 0) await clock.settle();
    expect(slow.counts()).toMatchObject({ requests: 1, statuses: {} });
    await clock.advance(60_000);

    expect((await answer).status).toBe(200);
  });

  test.each([
    ['reset', 'ECONNRESET', 1],
    ['reset-early', 'ECONNRESET', 0],
    ['reset-mid-body', 'ECONNRESET', 1],
    ['close', 'ECONNRESET', 1],
    ['garbage', 'HPE_INVALID_CONSTANT', 1],
  ] as const)('breaks the connection: %s', async (step, code, requests) => {
    receiver.script([step, 'ok']);

    await expect(ask(receiver.address, '/', { body: 'x' })).rejects.toMatchObject({ code });

    expect(receiver.counts()).toMatchObject({ requests, statuses: {} });
    expect((await ask(receiver.address, '/')).status).toBe(200);
  });

  test.each(['hang', 'hang-after-headers'] as const)('stays silent: %s', async (step) => {
    receiver.script([step]);

    const answer = ask(receiver.address, '/').catch(({ code }) => code);
    await receiver.until(({ requests }) => requests === 1, soon());
    expect(receiver.counts()).toMatchObject({ openConnections: 1, statuses: {} });
    receiver.cut();

    expect(await answer).toBe('ECONNRESET');
  });

  test('lets go of a silent connection in the end', async () => {
    await using impatient = await HttpReceiver.start({ holdMs: 20 });
    impatient.script(['hang']);

    await expect(ask(impatient.address, '/')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('reads slowly', async () => {
    const clock = new VirtualClock();
    await using slow = await HttpReceiver.start({}, { clock });
    slow.script([{ readBytesPerSecond: 1_000 }]);

    const answer = ask(slow.address, '/', { body: 'x'.repeat(2_000) });
    while (clock.pending === 0) await clock.settle();
    await clock.advance(1_000);
    expect(slow.counts().requests).toBe(0);
    while (slow.counts().requests === 0) await clock.advance(100);

    expect((await answer).status).toBe(200);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(2_000);
  });

  test('counts clients that give up', async () => {
    receiver.script(['hang']);
    const given = await fetch(receiver.address.url, { signal: AbortSignal.timeout(50) }).catch(
      ({ name }) => name,
    );

    const counts = await receiver.until(({ abandoned }) => abandoned === 1, soon());

    expect(given).toBe('TimeoutError');
    expect(counts.statuses).toEqual({});
  });

  test('refuses connections until it listens again, on the same port', async () => {
    const { port } = receiver.address;
    await receiver.refuse();
    await expect(ask(receiver.address, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    await receiver.listen();

    expect(receiver.address.port).toBe(port);
    expect((await ask(receiver.address, '/')).status).toBe(200);
  });

  test('does the same with TLS', async () => {
    await using secure = await HttpReceiver.start({ tls: 'trusted' });
    secure.script(['503', 'reset', 'garbage', 'reset-mid-body', 'ok']);

    const outcomes = [];
    for (let turn = 0; turn < 5; turn++)
      outcomes.push(
        await ask(secure.address, '/').then(
          ({ status }) => status,
          ({ code }) => code,
        ),
      );

    expect(outcomes).toEqual([503, 'ECONNRESET', 'HPE_INVALID_CONSTANT', 'ECONNRESET', 200]);
  });

  test('keeps no more than it may, and says how much that was not', async () => {
    await using forgetful = await HttpReceiver.start({ ledgerBytes: 300 });

    for (let turn = 0; turn < 3; turn++)
      await ask(forgetful.address, '/', { body: 'x'.repeat(90) });

    expect(forgetful.ledger()).toHaveLength(1);
    expect(forgetful.counts()).toMatchObject({ requests: 3, notKept: 2 });
  });

  test('begins anew when cleared', async () => {
    await ask(receiver.address, '/');
    receiver.clear();

    expect(receiver.ledger()).toEqual([]);
    expect(receiver.counts()).toMatchObject({ requests: 0, connections: 0, statuses: {} });
  });
});
