import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { isSinkError } from '@tallyman/sdk';
import { eventRecord, LogentriesWebhook, logRecord, statRecord } from '@tallyman/testkit';
import { allTokens, eventsToken, logsToken, statsToken } from './support/context.ts';
import { outcomeOf, sinkTo } from './support/sink.ts';

const tokens = allTokens;
const webhook = { transport: 'webhook' } as const;

function numbered(count: number) {
  return Array.from({ length: count }, (_, index) => logRecord({ id: `line-${index}` }));
}

test('posts each event on its own, under the token of its kind', async () => {
  await using receiver = await LogentriesWebhook.start({ tokens });
  await using sink = sinkTo(receiver.address, webhook).sink;
  const records = [logRecord(), statRecord(), eventRecord()];

  await sink.write(records);

  const { accepted, refused } = receiver.ledger();
  const byToken = new Map(accepted.map(({ token, event }) => [token, JSON.parse(event)]));
  expect(refused).toEqual([]);
  expect([logsToken, statsToken, eventsToken].map((token) => byToken.get(token))).toEqual(records);
});

test('posts a long record in parts', async () => {
  await using receiver = await LogentriesWebhook.start({ tokens });
  await using sink = sinkTo(receiver.address, { ...webhook, format: 'text' }).sink;

  await sink.write([logRecord({ message: 'a\nb'.repeat(40_000) })]);

  expect(receiver.counts()).toMatchObject({ accepted: 4, refused: 0 });
});

test('asks for what was not accepted to be sent again, and for nothing else', async () => {
  await using receiver = await LogentriesWebhook.start({ tokens });
  receiver.script(['ok', 'ok', { status: 503 }]);
  await using sink = sinkTo(receiver.address, webhook).sink;
  const records = numbered(30);

  const outcome = await outcomeOf(sink.write(records));

  const accepted = new Set(receiver.ledger().accepted.map(({ event }) => JSON.parse(event).id));
  const missing = records.flatMap(({ id }, index) => (accepted.has(id) ? [] : [index]));
  if (!isSinkError(outcome)) throw new Error('the batch was not rejected');
  expect(outcome.disposition).toBe('partial');
  expect([...outcome.retry].sort((a, b) => a - b)).toEqual(missing);
  expect(missing).not.toEqual([]);
});

test('drops what is refused for good, and delivers the rest', async () => {
  await using receiver = await LogentriesWebhook.start({ tokens });
  receiver.script([{ status: 413 }]);
  await using sink = sinkTo(receiver.address, webhook).sink;

  const outcome = await outcomeOf(sink.write(numbered(5)));

  expect(outcome).toMatchObject({ disposition: 'partial', retry: [] });
  expect(isSinkError(outcome) && outcome.drop.map(({ reason }) => reason)).toEqual(['too_large']);
  expect(receiver.counts().accepted).toBe(4);
});

test.each([
  ['untrusted', /not trusted; .*options\.ca/],
  ['trusted', undefined],
] as const)('opens where the certificate is %s, or says what to do', async (tls, message) => {
  await using receiver = await LogentriesWebhook.start({ tokens, tls });
  await using sink = sinkTo(receiver.address, { ...webhook, tls: true }).sink;

  const outcome = await outcomeOf(sink.open());

  if (message) expect(String(outcome)).toMatch(message);
  else expect(outcome).toBe('delivered');
});

test('leaves refused credentials to the lane', async () => {
  await using receiver = await LogentriesWebhook.start({ tokens });
  receiver.always({ status: 401 });
  await using sink = sinkTo(receiver.address, webhook).sink;

  expect(await outcomeOf(sink.write(numbered(3)))).toMatchObject({ status: 401 });
});

test('settles promptly on abort, also the batches that wait for their turn', async () => {
  await using receiver = await LogentriesWebhook.start({ tokens });
  receiver.always('hang');
  await using sink = sinkTo(receiver.address, webhook).sink;
  const attempt = new AbortController();
  const writes = [1, 2, 3].map(() => outcomeOf(sink.write(numbered(20), attempt.signal)));
  await receiver.until(({ requests }) => requests > 0, AbortSignal.timeout(5_000));

  const startedMs = performance.now();
  attempt.abort(new Error('out of time'));
  const outcomes = await Promise.all(writes);

  expect(performance.now() - startedMs).toBeLessThan(100);
  expect(outcomes).not.toContain('delivered');
});

test('shows a token in no error', async () => {
  await using receiver = await LogentriesWebhook.start({ tokens });
  receiver.always({ status: 500 });
  const { sink, seen } = sinkTo(receiver.address, webhook);
  await using open = sink;

  const outcome = await outcomeOf(open.write(numbered(2)));
  await receiver.refuse();
  const refused = await outcomeOf(open.write(numbered(2)));

  const text = inspect([outcome, refused, seen, sink.sink], { depth: 20, showHidden: true });
  expect(text).toContain('HTTP 500');
  for (const token of allTokens) expect(text).not.toContain(token);
});
