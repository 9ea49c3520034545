import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { systemClock } from '../src/index.ts';

const never = new AbortController().signal;

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

test('sleeps at least as long as it is told', async () => {
  const start = systemClock.monotonicMs();

  await systemClock.sleep(5, never);

  // Timers count in whole milliseconds.
  expect(systemClock.monotonicMs() - start).toBeGreaterThan(4);
});

test('wakes with the reason when it is aborted, and leaves no timer', async () => {
  const before = timers();
  const aborting = new AbortController();
  const sleep = systemClock.sleep(60_000, aborting.signal).catch((reason: unknown) => reason);

  aborting.abort('stop');

  expect(await sleep).toBe('stop');
  expect(timers()).toBe(before);
});

test('does not fall asleep on a signal that was aborted before', async () => {
  await expect(systemClock.sleep(60_000, AbortSignal.abort('stop'))).rejects.toBe('stop');
});

test('leaves no listener on a signal that is used again and again', async () => {
  const { signal } = new AbortController();

  for (let count = 0; count < 20; count++) await systemClock.sleep(0, signal);

  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('bears a sleep that is longer than a timer can be', async () => {
  const aborting = new AbortController();
  const sleep = systemClock.sleep(Number.POSITIVE_INFINITY, aborting.signal).catch(() => 'aborted');

  const first = await Promise.race([sleep, systemClock.sleep(5, never).then(() => 'still asleep')]);
  aborting.abort();
  await sleep;

  expect(first).toBe('still asleep');
});

test('calls later, once, unless told not to', async () => {
  const called: string[] = [];
  const cancel = systemClock.after(1, () => called.push('cancelled'));
  systemClock.after(1, () => called.push('due'));

  cancel();
  await systemClock.sleep(10, never);

  expect(called).toEqual(['due']);
});

test('keeps wall time and monotonic time apart', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
  expect(systemClock.monotonicMs()).toBeLessThan(systemClock.now());
});
