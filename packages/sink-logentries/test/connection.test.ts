import { expect, test } from '@jest/globals';
import { isSinkError } from '@tallyman/sdk';
import { LogentriesReceiver, logRecord, type TcpStep, VirtualClock } from '@tallyman/testkit';
import { until, untilOn } from '../../core/test/until.ts';
import { allTokens } from './support/context.ts';
import { outcomeOf, sinkTo } from './support/sink.ts';

const tokens = allTokens;
const patience = () => AbortSignal.timeout(10_000);

function linesOf(count: number, bytes = 100, from = 0) {
  return Array.from({ length: count }, (_, index) =>
    logRecord({ id: `line-${from + index}`, message: 'x'.repeat(bytes) }),
  );
}

function idsIn(receiver: LogentriesReceiver): string[] {
  return receiver.ledger().accepted.map(({ event }) => JSON.parse(event).id);
}

test('carries nothing on the next connection before the last one is answered', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  receiver.script([{ endDelayMs: 300 }]);
  await using sink = sinkTo(receiver.address).sink;
  const connections: number[] = [];

  const first = sink.write(linesOf(1));
  await receiver.until(({ halfCloses }) => halfCloses === 1, patience());
  const second = sink.write(linesOf(1, 100, 1));
  await receiver.until(({ openConnections }) => openConnections === 2, patience());
  connections.push(receiver.counts().accepted);
  await first;
  connections.push(receiver.counts().accepted);
  await second;

  expect(connections).toEqual([1, 1]);
  expect(idsIn(receiver)).toEqual(['line-0', 'line-1']);
  expect(receiver.ledger().accepted.map(({ connection }) => connection)).toEqual([1, 2]);
});

test('carries at most 4 MiB on a connection, and cuts batches where it must', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  await using sink = sinkTo(receiver.address).sink;

  await Promise.all([sink.write(linesOf(1)), sink.write(linesOf(300, 30_000, 1))]);

  const bytes = new Map<number, number>();
  for (const { connection, event } of receiver.ledger().accepted)
    bytes.set(connection, (bytes.get(connection) ?? 0) + event.length + 38);
  expect(Math.max(...bytes.values())).toBeLessThanOrEqual(4 * 1024 * 1024);
  expect(bytes.size).toBe(3);
  expect(idsIn(receiver)).toEqual(linesOf(301).map(({ id }) => id));
});

test.each<[string, TcpStep]>([
  ['a FIN before ours', { breakWith: 'fin', afterLines: 5 }],
  ['a FIN at the first byte, the rest thrown away', { breakWith: 'fin', afterBytes: 1 }],
  ['a FIN with a reset behind it', { breakWith: 'fin-then-reset', afterLines: 5 }],
  ['a reset', { breakWith: 'reset', afterLines: 5 }],
  ['a cut in the middle of a line', { breakWith: 'reset', afterBytes: 1_000 }],
  ['a reset in answer to our FIN', { onEnd: 'reset' }],
])('confirms nothing on %s', async (_, step) => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  receiver.script([step]);
  await using sink = sinkTo(receiver.address).sink;

  const [first, second] = await Promise.all([
    outcomeOf(sink.write(linesOf(20))),
    outcomeOf(sink.write(linesOf(20))),
  ]);

  for (const outcome of [first, second]) {
    expect(isSinkError(outcome) && outcome.disposition).toBe('retryable');
    expect(String(outcome)).toMatch(/writing to 127\.0\.0\.1:\d+: ./);
  }
});

test('confirms nothing where the FIN met our last bytes and not our FIN', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  receiver.always({ breakWith: 'fin', afterLines: 1 });
  const outcomes: unknown[] = [];
  for (let burst = 0; burst < 5; burst++) {
    const { sink } = sinkTo(receiver.address);

    outcomes.push(await outcomeOf(sink.write(linesOf(200, 30_000))));
    await sink.close();
  }

  expect(outcomes.filter((outcome) => outcome === 'delivered')).toEqual([]);
});

test.each<['plain' | 'tls', { readonly tls?: 'trusted' }]>([
  ['plain', {}],
  ['tls', { tls: 'trusted' }],
])(
  'confirms nothing on a FIN that comes while ours is still behind unread bytes (%s)',
  async (_, tls) => {
    await using receiver = await LogentriesReceiver.start({ tokens, ...tls });
    receiver.script([{ read: { bytesPerSecond: 200_000 }, breakWith: 'fin', afterMs: 700 }]);
    await using sink = sinkTo(receiver.address).sink;

    const outcome = await outcomeOf(sink.write(linesOf(75, 40_000)));

    expect(isSinkError(outcome) && outcome.message).toContain('the peer closed it first');
  },
);

test('waits for a peer that reads slowly, and reports each step of its progress', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  receiver.always({ read: { bytesPerSecond: 4 * 1024 * 1024 } });
  const { sink, seen } = sinkTo(receiver.address);
  await using open = sink;

  await open.write(linesOf(100, 20_000));

  expect(receiver.counts().accepted).toBe(100);
  expect(seen.progress).toBeGreaterThan(20);
});

test('gives a peer that answers late less at a time', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  receiver.always({ onEnd: 'fin', endDelayMs: 2_100 });
  await using sink = sinkTo(receiver.address).sink;

  await sink.write(linesOf(120, 50_000));

  const bytes = new Map<number, number>();
  for (const { connection, event } of receiver.ledger().accepted)
    bytes.set(connection, (bytes.get(connection) ?? 0) + event.length + 38);
  expect([...bytes.values()].map((carried) => Math.round(carried / 1024 / 1024))).toEqual([4, 2]);
});

test('settles promptly on abort and leaves no socket, also with a peer that never reads', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  receiver.always('never-read');
  const { sink } = sinkTo(receiver.address);
  const attempt = new AbortController();
  const writes = Array.from({ length: 20 }, (_, index) =>
    outcomeOf(sink.write(linesOf(30, 30_000, index * 30), attempt.signal)),
  );
  await receiver.until(({ openConnections }) => openConnections > 0, patience());

  const startedMs = performance.now();
  attempt.abort(new Error('out of time'));
  const outcomes = await Promise.all(writes);

  expect(performance.now() - startedMs).toBeLessThan(100);
  expect(outcomes.every(isSinkError)).toBe(true);
  await sink.close();
  const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap');
  await until(() => sockets().length === receiver.counts().openConnections);
});

test('fails what follows a write that is taken back, and nothing before it', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  receiver.script([{ endDelayMs: 300 }]);
  await using sink = sinkTo(receiver.address).sink;
  const attempt = new AbortController();
  const first = outcomeOf(sink.write(linesOf(1)));
  await receiver.until(({ halfCloses }) => halfCloses === 1, patience());
  const second = outcomeOf(sink.write(linesOf(1, 100, 1), attempt.signal));
  const third = outcomeOf(sink.write(linesOf(1, 100, 2)));

  attempt.abort(new Error('enough'));

  expect(await first).toBe('delivered');
  expect(isSinkError(await second)).toBe(true);
  expect(isSinkError(await third)).toBe(true);
  expect(idsIn(receiver)).toEqual(['line-0']);
});

test('counts on the kernel where told not to confirm, and closes the connection when idle', async () => {
  const clock = new VirtualClock();
  await using receiver = await LogentriesReceiver.start({ tokens });
  const { sink, seen } = sinkTo(receiver.address, { confirm: 'none' }, clock);
  await using open = sink;

  await open.write(linesOf(3));
  await open.write(linesOf(2, 100, 3));
  await receiver.until(({ accepted }) => accepted === 5, patience());

  expect(receiver.counts()).toMatchObject({ connections: 1, halfCloses: 0 });
  expect(seen.counts).toEqual({ delivered_unconfirmed: 5 });
  expect(seen.said).toEqual([]);
  await clock.advance(15_000);
  await untilOn(clock, () => receiver.counts().openConnections === 0);
});

test('delivers on closing what the kernel has', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  const { sink } = sinkTo(receiver.address, { confirm: 'none' });

  await sink.write(linesOf(1_000, 1_000));
  await sink.close();

  await receiver.until(({ accepted }) => accepted === 1_000, patience());
  expect(receiver.counts().openConnections).toBe(0);
});

test('stops confirming, loudly, with a peer that never answers, and confirms again once it does', async () => {
  const clock = new VirtualClock();
  await using receiver = await LogentriesReceiver.start({ tokens });
  receiver.always('half-open');
  const { sink, seen } = sinkTo(receiver.address, {}, clock);
  await using open = sink;
  const outcomes: unknown[] = [];
  const write = async () => {
    const outcome = outcomeOf(open.write(linesOf(2)));
    let isSettled = false;
    void outcome.finally(() => {
      isSettled = true;
    });
    await untilOn(clock, () => isSettled);
    outcomes.push(isSinkError(await outcome) ? 'failed' : await outcome);
  };

  for (let time = 0; time < 4; time++) await write();
  await write();

  expect(outcomes).toEqual(['failed', 'failed', 'failed', 'delivered', 'delivered']);
  expect(seen.counts).toEqual({ delivered_unconfirmed: 4 });
  expect(seen.said.map(({ level }) => level)).toEqual(['error']);

  receiver.always('ok');
  await clock.advance(60_000);
  await write();
  await untilOn(clock, () => seen.said.length === 2);
  await write();

  expect(seen.said.at(-1)).toMatchObject({ level: 'info' });
  expect(seen.counts).toEqual({ delivered_unconfirmed: 6 });
});

test('holds no connection when idle, and opens one at once when there is something to send', async () => {
  const clock = new VirtualClock();
  await using receiver = await LogentriesReceiver.start({ tokens });
  await using sink = sinkTo(receiver.address, {}, clock).sink;
  await sink.open();
  await until(() => receiver.counts().openConnections === 1);

  await clock.advance(15_000);
  await until(() => receiver.counts().openConnections === 0);
  const write = outcomeOf(sink.write(linesOf(1)));
  await until(() => receiver.counts().accepted === 1);
  let isSettled = false;
  void write.finally(() => {
    isSettled = true;
  });
  await untilOn(clock, () => isSettled);

  expect(await write).toBe('delivered');
});

test('survives a peer that closes the connection it keeps ready', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  receiver.script([{ breakWith: 'fin', afterMs: 10 }]);
  await using sink = sinkTo(receiver.address).sink;
  await sink.open();
  await receiver.until(({ openConnections }) => openConnections === 0, patience());

  await sink.write(linesOf(1));

  expect(receiver.counts()).toMatchObject({ accepted: 1, connections: 3 });
});

test('says where nothing listens, and delivers once something does', async () => {
  await using receiver = await LogentriesReceiver.start({ tokens });
  await receiver.refuse();
  await using sink = sinkTo(receiver.address).sink;

  await expect(sink.open()).rejects.toThrow(/^connecting to 127\.0\.0\.1:\d+: .*options\.port/);
  const outcome = await outcomeOf(sink.write(linesOf(1)));
  await receiver.listen();
  await sink.write(linesOf(1));

  expect(isSinkError(outcome) && outcome.disposition).toBe('retryable');
  expect(receiver.counts().accepted).toBe(1);
});
