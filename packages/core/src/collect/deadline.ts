import type { Clock } from '@tallyman/sdk';
import { EngineError } from './engine.ts';

/** An engine that is well answers any question within this time, also on a busy machine. */
export const answerLimitMs = 30_000;

/** Runs a task with a signal that also aborts after `limitMs`. */
export async function withDeadline<T>(
  limitMs: number,
  clock: Clock,
  signal: AbortSignal,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const cancel = clock.after(limitMs, () =>
    limit.abort(new EngineError('failed', `waiting for an answer: none within ${limitMs} ms`)),
  );
  try {
    return await task(AbortSignal.any([signal, limit.signal]));
  } finally {
    cancel();
  }
}
