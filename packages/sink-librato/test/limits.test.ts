import { describe, expect, test } from '@jest/globals';
import { systemClock } from '@tallyman/sdk';
import { libratoAnswers } from '@tallyman/testkit';
import { batchOf, containerOf, eventRecord, statRecord, timeAt } from './records.ts';
import { never, receiverWith, rejectionOf, sinkFor, tokens } from './sink-under-test.ts';

const stats = Array.from({ length: 40 }, (_, at) =>
  statRecord({ container: containerOf(`web-${at}`) }),
);

const onlyStats = { tokens: { stat: tokens.stat } };

describe('a limit', () => {
  test('that is reached pauses the lane until it is reset', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url, {}, onlyStats);
    const resetSeconds = Math.ceil(Date.now() / 1_000) + 20;
    receiver.script([libratoAnswers.rateLimited(resetSeconds)]);

    const error = await rejectionOf(under.sink.write(batchOf([statRecord()]), never));

    expect(error).toMatchObject({ disposition: 'retryable', status: 429 });
    expect(error.retryAfterMs).toBeGreaterThan(15_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(21_000);
  });

  test('of the account is kept to, and in the end everything is there', async () => {
    await using receiver = await receiverWith({
      rateLimit: { std: { limit: 12, windowSeconds: 2 } },
    });
    await using under = sinkFor(receiver.address.url, {}, onlyStats);
    const [first, second] = [
      batchOf([statRecord()]),
      batchOf([statRecord({ time: timeAt(10_000) })]),
    ];

    await under.sink.write(first, never);
    const error = await rejectionOf(under.sink.write(second, never));
    await systemClock.sleep((error.retryAfterMs ?? 0) + 1_000, never);
    await under.sink.write({ ...second, attempt: 2 }, never);

    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(receiver.counts().requests).toBe(3);
  });

  test.each([
    ['in the body only', libratoAnswers.rateLimitedWithoutHeaders],
    ['as a 403', libratoAnswers.rateLimitedAsForbidden],
  ])('that is named %s is no fault of credentials or records', async (_, answer) => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url, {}, onlyStats);
    receiver.script([answer]);

    const error = await rejectionOf(under.sink.write(batchOf(stats), never));

    expect(error).toMatchObject({ disposition: 'retryable', status: 429 });
    expect(receiver.counts().requests).toBe(1);
  });

  test('that goes unnamed is waited for, and in the end held against the point', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url, {}, onlyStats);
    receiver.always(libratoAnswers.unparsable);

    const dispositions: string[] = [];
    for (let attempt = 1; attempt <= 4; attempt++) {
      const write = under.sink.write(batchOf([statRecord(), eventRecord()], attempt), never);
      dispositions.push((await rejectionOf(write)).disposition);
    }

    expect(dispositions).toEqual(['retryable', 'retryable', 'retryable', 'partial']);
  });
});
