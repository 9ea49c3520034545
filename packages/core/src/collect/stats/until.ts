import type { Clock } from '@tallyman/sdk';

/** Waits for answers, but not past a moment: a request that hangs does not hold up the others' next ones. */
export async function untilAnswered(
  answers: Promise<unknown>,
  endMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const answered = new AbortController();
  const leftMs = Math.max(0, endMs - clock.monotonicMs());
  const over = clock.sleep(leftMs, AbortSignal.any([signal, answered.signal]));
  try {
    await Promise.race([answers, over]);
  } finally {
    answered.abort();
  }
}
