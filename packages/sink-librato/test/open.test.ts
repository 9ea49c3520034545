import { expect, test } from '@jest/globals';
import { libratoAnswers } from '@tallyman/testkit';
import { email, never, receiverWith, rejectionOf, sinkFor, tokens } from './sink-under-test.ts';

test.each(['measurements', 'metrics'] as const)(
  'proves every token, and writes no point: %s',
  async (api) => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url, { api });

    await under.sink.open(never);

    expect(receiver.counts()).toMatchObject({ requests: 3, points: 0, annotations: 0 });
  },
);

test('proves a token that stands for several kinds once', async () => {
  await using receiver = await receiverWith();
  const one = { stat: tokens.stat, log: tokens.stat, event: tokens.stat };
  await using under = sinkFor(receiver.address.url, {}, { tokens: one });

  await under.sink.open(never);

  expect(receiver.counts().requests).toBe(1);
});

test('names the token that is refused', async () => {
  await using receiver = await receiverWith({ tokens: [{ token: tokens.stat, email }] });
  await using under = sinkFor(receiver.address.url);

  const error = await rejectionOf(under.sink.open(never));

  expect(error).toMatchObject({ status: 401 });
  expect(error.message).toContain('check tokens.logs or token, and options.email');
});

test('refuses an account without tags', async () => {
  const account = { token: tokens.stat, email, tags: 'disabled' } as const;
  await using receiver = await receiverWith({ tokens: [account] });
  await using under = sinkFor(receiver.address.url, {}, { tokens: { stat: tokens.stat } });

  const error = await rejectionOf(under.sink.open(never));

  expect(error.message).toContain('set options.api: metrics');
});

test('refuses a service that wants TLS', async () => {
  await using receiver = await receiverWith({ plainHttp: 'refused' });
  await using under = sinkFor(receiver.address.url);

  const error = await rejectionOf(under.sink.open(never));

  expect(error).toMatchObject({ status: 403 });
  expect(error.message).toContain('write https://');
});

test('finds out that compressed requests are not read', async () => {
  await using receiver = await receiverWith({ gzip: 'nowhere' });
  await using under = sinkFor(receiver.address.url);

  const error = await rejectionOf(under.sink.open(never));

  expect(error.message).toContain('try options.gzip: false');
});

test('opens at a limit: it is reached by valid credentials only', async () => {
  await using receiver = await receiverWith();
  await using under = sinkFor(receiver.address.url);
  receiver.always(libratoAnswers.rateLimited(Math.ceil(Date.now() / 1_000) + 60));

  await under.sink.open(never);

  expect(receiver.counts().points).toBe(0);
});

test.each([
  ['404', 'check options.url and options.api'],
  ['503', 'HTTP 503'],
  [
    { status: 301, headers: { Location: 'https://www.example.com/eol' } },
    'https://www.example.com/eol',
  ],
] as const)('does not open at an answer of %p', async (step, words) => {
  await using receiver = await receiverWith();
  await using under = sinkFor(receiver.address.url);
  receiver.always(step);

  const error = await rejectionOf(under.sink.open(never));

  expect(error.message).toContain(words);
});

test('says that the public service was retired where its name is not known', async () => {
  await using under = sinkFor('https://metrics-api.nowhere.librato.com');

  const error = await rejectionOf(under.sink.open(AbortSignal.timeout(20_000)));

  expect(error).toMatchObject({ disposition: 'retryable' });
  expect(error.message).toMatch(/retired on 2026-01-31; set options\.url .* OTLP/);
});
