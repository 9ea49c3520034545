import type { Clock } from '@tallyman/sdk';
import type { LanePort } from '../../ship/lane-port.ts';

export interface NeedsRoom {
  /** Whether it could be done. */
  readonly attempt: () => boolean;
  /** The lanes that lack room, and for what. */
  readonly lanes: () => readonly LanePort[];
  /** Rings when it may be others that lack room. */
  readonly bell?: Bell;
  readonly age: 'live' | 'history';
  /** How long room is waited for. */
  readonly patienceMs: number;
  /** Called when that was in vain; may throw. */
  readonly over: () => void;
}

// A stream that stands still costs the engine little, and coming back to its place may cost it much.
export const patienceMs = 60_000;

/** Tries something that needs room in lanes, again and again as they get room; at once where that is possible. */
export function withRoom(
  needing: NeedsRoom,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> | undefined {
  return needing.attempt() ? undefined : waitedFor(needing, clock, signal);
}

/** The same after an attempt that failed. */
export async function waitedFor(
  { attempt, lanes, bell, age, patienceMs, over }: NeedsRoom,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = clock.monotonicMs() + patienceMs;
  do {
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    const restMs = deadlineMs - clock.monotonicMs();
    if (restMs <= 0) return over();
    const waits = lanes().map((lane) => lane.room(age, either));
    waits.push(clock.sleep(restMs, either));
    if (bell !== undefined) waits.push(bell.heard(either));
    try {
      await Promise.race(waits);
    } finally {
      done.abort();
      await Promise.allSettled(waits);
    }
    signal.throwIfAborted();
  } while (!attempt());
}

/** Wakes whoever waits. */
export class Bell {
  readonly #waiting = new Set<() => void>();

  ring(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Resolves when it rings. Rejects with the signal's reason. */
  async heard(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const rung = Promise.withResolvers<void>();
    const onAbort = () => rung.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(rung.resolve);
    try {
      await rung.promise;
    } finally {
      this.#waiting.delete(rung.resolve);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
