import { systemClock } from '@tallyman/sdk';

const checkEveryMs = 20;

/** Resolves with the first value that is not undefined or false; rejects after the limit with what was waited for. */
export async function until<T>(
  found: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  { limitMs = 25_000, state = () => '' }: { limitMs?: number; state?: () => string } = {},
): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + limitMs;
  for (;;) {
    const value = await found();
    if (value !== undefined && value !== false) return value;
    if (systemClock.monotonicMs() > deadlineMs)
      throw new Error(`waiting until ${what}: not so after ${limitMs} ms. ${state()}`);
    await systemClock.sleep(checkEveryMs, new AbortController().signal);
  }
}
