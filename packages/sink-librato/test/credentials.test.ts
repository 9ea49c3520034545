import { describe, expect, test } from '@jest/globals';
import { libratoAnswers } from '@tallyman/testkit';
import { batchOf, eventRecord, statRecord } from './records.ts';
import { email, never, receiverWith, rejectionOf, sinkFor, tokens } from './sink-under-test.ts';

describe('credentials', () => {
  test('are account and token for Librato', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);

    await under.sink.write(batchOf([statRecord()]), never);

    const sent = Buffer.from(`${email}:${tokens.stat}`).toString('base64');
    expect(receiver.ledger().requests[0]?.headers.authorization).toBe(`Basic ${sent}`);
  });

  test('are the token alone for AppOptics', async () => {
    await using receiver = await receiverWith({ tokens: [{ token: tokens.stat }] });
    const surroundings = { tokens: { stat: tokens.stat }, account: 'none' } as const;
    await using under = sinkFor(receiver.address.url, {}, surroundings);

    await under.sink.write(batchOf([statRecord()]), never);

    expect(receiver.counts().points).toBeGreaterThan(0);
  });
});

describe('refused credentials', () => {
  test('have the status by which the lane holds its records', async () => {
    await using receiver = await receiverWith({ tokens: [] });
    await using under = sinkFor(receiver.address.url);

    const error = await rejectionOf(under.sink.write(batchOf([statRecord()]), never));

    expect(error.status).toBe(401);
    expect(error.message).toContain('check tokens.stats or token');
  });

  test('of one kind are named, also once the records of others were accepted', async () => {
    const known = [tokens.stat, tokens.log].map((token) => ({ token, email }));
    await using receiver = await receiverWith({ tokens: known });
    await using under = sinkFor(receiver.address.url);

    const write = under.sink.write(batchOf([statRecord(), eventRecord()]), never);
    const error = await rejectionOf(write);

    expect(error.status).toBe(401);
    expect(error.message).toContain('check tokens.events or token');
    expect(receiver.counts().points).toBe(12);
  });

  test.each([
    ['an account without tags', libratoAnswers.tagsNotEnabled, 'set options.api: metrics'],
    ['a plain connection', { status: 403, body: 'use https' }, 'write https:// in options.url'],
    ['a token that may only read', '403', 'use a token with the role recorder'],
  ] as const)('of %s say what to do', async (_, answer, words) => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);
    receiver.script([answer]);

    const error = await rejectionOf(under.sink.write(batchOf([statRecord()]), never));

    expect(error.status).toBe(403);
    expect(error.message).toContain(words);
  });
});
