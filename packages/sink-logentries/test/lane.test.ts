import { expect, test } from '@jest/globals';
import { type ContainerRecord, systemClock } from '@tallyman/sdk';
import {
  eventRecord,
  expectBalanced,
  LogentriesReceiver,
  logRecord,
  type TcpStep,
} from '@tallyman/testkit';
import { Lane } from '../../core/src/ship/lane.ts';
import { MarkedPositions } from '../../core/src/state/marked-positions.ts';
import definition from '../src/index.ts';
import { allTokens, observedContext } from './support/context.ts';
import { optionsTo } from './support/sink.ts';

const lines = 40_000;
const mark = { containerId: '0123456789ab'.padEnd(64, '0'), name: 'web' };
const forever = new AbortController().signal;

/** A lane with the settings of a configuration that says nothing, but little patience between attempts. */
function laneTo(receiver: LogentriesReceiver) {
  const positions = new MarkedPositions('2026-01-01T00:00:00.000000000Z');
  const { context, seen } = observedContext({ progress: () => lane.progress() });
  const { maxRecords = 500, maxBytes = 0, maxWaitMs = 0 } = definition.defaults ?? {};
  const lane: Lane = new Lane(
    {
      name: 'logentries',
      sink: definition.create(optionsTo(receiver.address), context),
      kinds: ['log', 'stat', 'event'],
      include: [],
      exclude: [],
      needs: new Set(),
      batch: { maxRecords, maxBytes, maxWaitMs },
      queue: {
        memoryBytes: 16 * 1024 * 1024,
        inFlightBytes: 8 * 1024 * 1024,
        whenFull: 'wait',
        concurrency: 1,
        ordered: true,
      },
      retry: { firstDelayMs: 50, maxDelayMs: 200, attemptTimeoutMs: 15_000 },
    },
    { clock: systemClock, log: context.log, random: Math.random, state: { positions } },
  );
  return { lane, seen };
}

async function offerAll(lane: Lane, records: readonly ContainerRecord[]): Promise<void> {
  for (const record of records) {
    if (record.kind !== 'log') lane.offer([record]);
    else
      while (!lane.offerLog({ records: [record], mark }, 'live')) await lane.room('live', forever);
  }
  expectBalanced(lane.account());
}

/** Compares with the ids of all lines; names the first few logs, and events, that come too early. */
function faultsIn(ids: readonly string[], count = lines) {
  const numbers = ids.map((id) => Number(id.slice('line-'.length)));
  const logs = numbers.filter((number) => !isEvent(number));
  const outOfOrder = [...tooEarly(logs), ...tooEarly(numbers.filter(isEvent))];
  return { missing: count - ids.length, outOfOrder: outOfOrder.slice(0, 5) };
}

function tooEarly(numbers: readonly number[]): readonly number[] {
  return numbers.filter((number, index) => number < (numbers[index - 1] ?? -1));
}

// Every hundredth goes under another token, over the same connection.
function isEvent(index: number): boolean {
  return index % 100 === 99;
}

function recordAt(index: number): ContainerRecord {
  const id = `line-${index}`;
  return isEvent(index)
    ? eventRecord({ id })
    : logRecord({ id, message: `${index} ${'x'.repeat(100)}` });
}

const plain = {};
const secure = { tls: 'trusted' } as const;
const resets: readonly TcpStep[] = [5_000, 1_000, 9_000].map((afterLines) => ({
  breakWith: 'reset',
  afterLines,
}));
const medley: readonly TcpStep[] = [
  { breakWith: 'fin', afterLines: 3_000 },
  { breakWith: 'fin-then-reset', afterLines: 7_000 },
  { breakWith: 'reset', afterBytes: 1_000_003 },
];

test.each<[string, { readonly tls?: 'trusted' }, readonly TcpStep[]]>([
  ['three resets', plain, resets],
  ['three resets of TLS', secure, resets],
  ['a FIN, a reset behind a FIN and a cut in the middle of a line', plain, medley],
  ['a FIN, a reset behind a FIN and a cut in the middle of a line of TLS', secure, medley],
])('misses none of 40,000 lines through %s, and keeps their order', async (_, tls, steps) => {
  await using receiver = await LogentriesReceiver.start({ tokens: allTokens, ...tls });
  receiver.script(steps);
  const records = Array.from({ length: lines }, (_, index) => recordAt(index));
  const { lane, seen } = laneTo(receiver);
  lane.start();

  await offerAll(lane, records);
  await lane.stop({ deadline: AbortSignal.timeout(20_000) });

  const { accepted, refused } = receiver.ledger();
  const firstSeen = new Set(accepted.map(({ event }) => JSON.parse(event).id));
  expect(faultsIn([...firstSeen])).toEqual({ missing: 0, outOfOrder: [] });
  expect(refused).toEqual([]);
  expect(lane.account()).toEqual({ offered: lines, delivered: lines, dropped: {}, held: 0 });
  expect(seen.said.filter(({ level }) => level === 'error')).toEqual([]);
  // What came twice came over a connection that had failed: never more than those carried.
  expect(accepted.length - lines).toBeLessThanOrEqual(lines);
});

test('repeats nothing where no connection fails', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens: allTokens });
  const records = Array.from({ length: lines }, (_, index) => recordAt(index));
  const { lane } = laneTo(receiver);
  lane.start();

  await offerAll(lane, records);
  await lane.stop({ deadline: AbortSignal.timeout(20_000) });

  const ids = receiver.ledger().accepted.map(({ event }) => JSON.parse(event).id);
  expect(faultsIn(ids)).toEqual({ missing: 0, outOfOrder: [] });
});

test('misses nothing through a peer that is gone for a while', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens: allTokens });
  const records = Array.from({ length: 2_000 }, (_, index) => recordAt(index));
  const { lane, seen } = laneTo(receiver);
  lane.start();

  await offerAll(lane, records.slice(0, 1_000));
  await receiver.until(({ accepted }) => accepted > 0, AbortSignal.timeout(5_000));
  await receiver.refuse();
  receiver.cut();
  await offerAll(lane, records.slice(1_000));
  await systemClock.sleep(400, forever);
  await receiver.listen();
  await lane.stop({ deadline: AbortSignal.timeout(10_000) });

  const seenIds = new Set(receiver.ledger().accepted.map(({ event }) => JSON.parse(event).id));
  expect(faultsIn([...seenIds], 2_000)).toEqual({ missing: 0, outOfOrder: [] });
  expect(lane.account()).toMatchObject({ delivered: 2_000, held: 0 });
  expect(seen.said.map(({ message }) => message)).toContain('The sink works again.');
});
