import type { Clock } from '@tallyman/sdk';
import type { AttemptCounts } from '../../vitals/lane-vitals.ts';
import { hasFailed } from '../delivery.ts';
import type { Stage } from './send.ts';

/** Counts attempts. */
export class AttemptVitals {
  #attempts = 0;
  #failures = 0;
  #abandoned = 0;
  #durationMs = 0;

  attempted(durationMs: number): void {
    this.#attempts += 1;
    this.#durationMs += durationMs;
  }

  failed(): void {
    this.#failures += 1;
  }

  abandoned(): void {
    this.#abandoned += 1;
  }

  snapshot(): AttemptCounts {
    return {
      attempts: this.#attempts,
      failures: this.#failures,
      abandoned: this.#abandoned,
      durationMs: this.#durationMs,
    };
  }
}

/** Counts each attempt and how long it took. */
export function observed(vitals: AttemptVitals, clock: Clock): Stage {
  return (send) => async (delivery, signal) => {
    const startedMs = clock.monotonicMs();
    const outcome = await send(delivery, signal);
    vitals.attempted(clock.monotonicMs() - startedMs);
    if (hasFailed(outcome)) vitals.failed();
    return outcome;
  };
}
