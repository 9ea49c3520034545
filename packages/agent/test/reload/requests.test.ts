import { expect, test } from '@jest/globals';
import { ReloadRequests } from '../../src/reload/requests.ts';

const open = () => new AbortController().signal;

test('a wish from before is met at once, several at once are one', async () => {
  const requests = new ReloadRequests();
  requests.request('first');
  requests.request('second');

  expect(await requests.next(open())).toBe('second');
  expect(await requests.next(AbortSignal.abort())).toBeUndefined();
});

test('a wish meanwhile is one wish more', async () => {
  const requests = new ReloadRequests();
  const first = requests.next(open());
  requests.request('first');
  await first;
  requests.request('meanwhile');

  expect(await requests.next(open())).toBe('meanwhile');
});

test('whoever waits is let go, and a later wish is kept for the next', async () => {
  const requests = new ReloadRequests();
  const over = new AbortController();

  const waiting = requests.next(over.signal);
  over.abort();
  requests.request('later');

  expect(await waiting).toBeUndefined();
  expect(await requests.next(open())).toBe('later');
});
