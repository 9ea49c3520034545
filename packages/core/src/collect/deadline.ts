import type { Clock } from '@tallyman/sdk';

/** Runs a task with a signal that also aborts after `limitMs`. */
export async function withDeadline<T>(
  limitMs: number,
  clock: Clock,
  signal: AbortSignal,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const cancel = clock.after(limitMs, () =>
    limit.abort(new Error(`waiting for an answer: none within ${limitMs} ms`)),
  );
  try {
    return await task(AbortSignal.any([signal, limit.signal]));
  } finally {
    cancel();
  }
}
