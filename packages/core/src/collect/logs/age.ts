import type { Clock, ContainerLog } from '@tallyman/sdk';
import type { Records } from '../../decode/records.ts';
import { earlier } from '../../decode/timestamp.ts';

// Longer than lines are on their way to a reader that keeps up.
const liveForMs = 5_000;
// Working it out anew for every chunk would cost more than handing the chunk on.
const stepMs = 100;

/** Tells what is printed now from what was printed a while ago, of all logs. */
export class LogAge {
  readonly #clock: Clock;
  readonly #engineNow: () => string;
  /** What was printed later is live, until it is worked out again. */
  #liveSince = '';
  #validUntilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, engineNow: () => string) {
    this.#clock = clock;
    this.#engineNow = engineNow;
  }

  /** `history`: the engine keeps it a while longer, and it is not worth a lane's disk. */
  of(records: Records<ContainerLog>): 'live' | 'history' {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs >= this.#validUntilMs) {
      this.#liveSince = earlier(this.#engineNow(), liveForMs);
      this.#validUntilMs = nowMs + stepMs;
    }
    const printed = records.at(-1)?.time ?? '';
    return printed > this.#liveSince ? 'live' : 'history';
  }
}
