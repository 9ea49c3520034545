import { expect, test } from '@jest/globals';
import { eventRecord, LogentriesReceiver, logRecord, statRecord } from '@tallyman/testkit';
import { allTokens, eventsToken, logsToken, statsToken } from './support/context.ts';
import { sinkTo } from './support/sink.ts';

const tokens = allTokens;

test('sends every kind under its own token over one connection', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  const { sink } = sinkTo(receiver.address);
  await using open = sink;
  const records = [logRecord(), statRecord(), eventRecord()];

  await open.write(records);

  const { accepted } = receiver.ledger();
  expect(accepted.map(({ token }) => token)).toEqual([logsToken, statsToken, eventsToken]);
  expect(accepted.map(({ event }) => JSON.parse(event))).toEqual(records);
  expect(new Set(accepted.map(({ connection }) => connection)).size).toBe(1);
});

test('resolves a write only once the peer has answered the end of its connection', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  receiver.always({ onEnd: 'fin', endDelayMs: 300 });
  const { sink } = sinkTo(receiver.address);
  await using open = sink;
  let countsThen: unknown;

  const write = open.write([logRecord()]).then(() => {
    countsThen = receiver.counts();
  });
  await receiver.until(({ halfCloses }) => halfCloses === 1, AbortSignal.timeout(5_000));
  const resolvedTooSoon = countsThen !== undefined;
  await write;

  expect(resolvedTooSoon).toBe(false);
  expect(countsThen).toMatchObject({ halfCloses: 1, fins: 1, accepted: 1 });
});
