import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { batchOf, containerOf, eventRecord, statRecord, timeAt } from './records.ts';
import { email, never, receiverWith, rejectionOf, sinkFor, tokens } from './sink-under-test.ts';

const stats = Array.from({ length: 40 }, (_, at) =>
  statRecord({ container: containerOf(`web-${at}`) }),
);

const onlyStats = { tokens: { stat: tokens.stat } };

describe('a fault that is not the fault of the records', () => {
  test.each(['503', 'reset', 'reset-mid-body', 'close', 'garbage', '408', '502'] as const)(
    'is to be tried again: %s',
    async (step) => {
      await using receiver = await receiverWith();
      await using under = sinkFor(receiver.address.url, {}, onlyStats);
      receiver.script([step]);

      const error = await rejectionOf(under.sink.write(batchOf([statRecord()]), never));
      await under.sink.write(batchOf([statRecord()], 2), never);

      expect(error.disposition).toBe('retryable');
      expect(receiver.counts().points).toBe(9);
    },
  );

  test('has its delay passed on', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url, {}, onlyStats);
    receiver.script([{ status: 503, retryAfter: { seconds: 7 } }]);

    const error = await rejectionOf(under.sink.write(batchOf([statRecord()]), never));

    expect(error.retryAfterMs).toBe(7_000);
  });

  test('leaves only the records that were not accepted whole', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url, { api: 'metrics' }, onlyStats);
    receiver.script(['ok', '503', '503', '503']);

    const error = await rejectionOf(under.sink.write(batchOf([...stats, eventRecord()]), never));

    expect(error).toMatchObject({ disposition: 'partial', drop: [] });
    expect(error.message).toMatch(/HTTP 503.*; \d+ of 41 records are left$/);
    expect(error.retry).toContain(40);
    expect(error.retry.length).toBeLessThan(41);
  });

  test('at a hang ends with the signal, at once and with nothing under way', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url, {}, onlyStats);
    receiver.always('hang');
    const controller = new AbortController();

    const rejection = rejectionOf(under.sink.write(batchOf(stats), controller.signal));
    await receiver.until(({ requests }) => requests > 0, AbortSignal.timeout(5_000));
    const abortedMs = performance.now();
    controller.abort(new Error('time is up'));

    expect(await rejection).toMatchObject({ disposition: 'retryable' });
    expect(performance.now() - abortedMs).toBeLessThan(100);
    await receiver.until(
      ({ openConnections }) => openConnections === 0,
      AbortSignal.timeout(5_000),
    );
  });
});

describe('samples that are too old', () => {
  test('are expired, and never sent', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);
    const old = statRecord({ time: timeAt(-3 * 3_600_000) });

    const error = await rejectionOf(under.sink.write(batchOf([old, statRecord()]), never));

    expect(error).toMatchObject({
      disposition: 'partial',
      retry: [],
      drop: [{ index: 0, reason: 'expired' }],
    });
    expect(receiver.counts()).toMatchObject({ refusals: 0, points: 13 });
  });

  test('for the service alone are taken out by their age', async () => {
    await using receiver = await receiverWith({ oldestSeconds: 600 });
    await using under = sinkFor(receiver.address.url, {}, onlyStats);
    const old = [20, 40].map((minutes) => statRecord({ time: timeAt(-minutes * 60_000) }));

    const error = await rejectionOf(under.sink.write(batchOf([...old, statRecord()]), never));

    expect(error.drop).toEqual([
      { index: 0, reason: 'expired' },
      { index: 1, reason: 'expired' },
    ]);
    expect(receiver.counts()).toMatchObject({ requests: 3, points: 10 });
  });
});

test.each(['400', '401', '403', '429', '503', 'reset', 'garbage'] as const)(
  'nothing that is thrown, said or counted at a %s holds a token',
  async (step) => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);
    const basic = Buffer.from(`${email}:${tokens.stat}`).toString('base64');
    // As servers and proxies do that show what they were sent.
    const body = { errors: { params: { name: [tokens.stat, basic] } } };
    const isStatus = /^\d+$/.test(step);
    receiver.always(isStatus ? { status: Number(step), body } : step);

    const error = await rejectionOf(
      under.sink.write(batchOf([statRecord(), eventRecord()]), never),
    );
    const opening = await under.sink.open(never).catch((thrown: unknown) => thrown);

    const depth = { depth: Infinity, showHidden: true };
    const seen = [error, opening].map((thrown) => inspect(thrown, depth) + JSON.stringify(thrown));
    const all = `${seen.join()} ${under.said.join()} ${JSON.stringify(under.counts)}`;
    for (const secret of [tokens.stat, tokens.event, basic]) expect(all).not.toContain(secret);
  },
);
