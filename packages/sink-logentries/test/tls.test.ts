import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { isSinkError } from '@tallyman/sdk';
import { LogentriesReceiver, logRecord } from '@tallyman/testkit';
import { allTokens } from './support/context.ts';
import { outcomeOf, sinkTo } from './support/sink.ts';

const tokens = allTokens;

test('delivers over TLS to a peer whose certificate `ca` vouches for', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens, tls: 'trusted' });
  await using sink = sinkTo(receiver.address).sink;
  await sink.open();

  await sink.write([logRecord()]);
  await sink.write([logRecord()]);

  expect(receiver.counts()).toMatchObject({ accepted: 2, halfCloses: 2, tlsFailures: 0 });
});

test('confirms nothing over TLS that the peer closed first or reset', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens, tls: 'trusted' });
  receiver.script([
    { breakWith: 'fin', afterLines: 1 },
    { breakWith: 'reset', afterLines: 1 },
    { onEnd: 'reset' },
  ]);
  await using sink = sinkTo(receiver.address).sink;

  const outcomes = [];
  for (let time = 0; time < 3; time++) outcomes.push(await outcomeOf(sink.write([logRecord()])));

  expect(outcomes.map(isSinkError)).toEqual([true, true, true]);
});

test('aborts over TLS within 100 ms', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens, tls: 'trusted' });
  receiver.always('never-read');
  await using sink = sinkTo(receiver.address).sink;
  const attempt = new AbortController();
  const records = Array.from({ length: 300 }, () => logRecord({ message: 'x'.repeat(40_000) }));
  const write = outcomeOf(sink.write(records, attempt.signal));
  await receiver.until(({ openConnections }) => openConnections > 0, AbortSignal.timeout(5_000));

  const startedMs = performance.now();
  attempt.abort(new Error('out of time'));

  expect(isSinkError(await write)).toBe(true);
  expect(performance.now() - startedMs).toBeLessThan(100);
});

test.each([
  ['untrusted', /certificate of 127\.0\.0\.1 is not trusted; .*options\.ca/],
  ['other-name', /certificate is not one for 127\.0\.0\.1; correct options\.host/],
  ['expired', /certificate of 127\.0\.0\.1 is not valid now/],
] as const)('says what to do about a certificate that is %s', async (certificate, message) => {
  await using receiver = await LogentriesReceiver.start({ tokens, tls: certificate });
  await using sink = sinkTo(receiver.address, { tls: true }).sink;

  const outcome = await outcomeOf(sink.open());

  expect(isSinkError(outcome) && outcome.message).toMatch(message);
  expect(receiver.counts().accepted).toBe(0);
});

test.each(['fin', 'reset'] as const)(
  'says so where the peer does not speak TLS (%s)',
  async (breakWith) => {
    await using receiver = await LogentriesReceiver.start({ tokens });
    receiver.always({ breakWith, afterBytes: 1 });
    await using sink = sinkTo(receiver.address, { tls: true }).sink;

    await expect(sink.open()).rejects.toThrow('options.port and options.tls');
  },
);

test('shows a token nowhere', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens, tls: 'trusted' });
  receiver.always({ breakWith: 'reset', afterLines: 1 });
  const { sink, seen } = sinkTo(receiver.address);
  await using open = sink;

  const writing = outcomeOf(open.write([logRecord()]));
  const shown = [inspect(sink.sink, { depth: 20, showHidden: true }), await writing, seen];

  const text = inspect(shown, { depth: 20, showHidden: true });
  for (const token of allTokens) expect(text).not.toContain(token);
});
