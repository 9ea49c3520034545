import type { Clock } from '@tallyman/sdk';

/**
 * - `opening`: the sink has not opened yet
 * - `healthy`
 * - `retrying`: the last attempt failed
 * - `refused`: the last attempt failed by its credentials
 * - `full`: something did not fit and still would not
 * - `stopped`
 */
export type LaneStatus = 'opening' | 'healthy' | 'retrying' | 'refused' | 'full' | 'stopped';

export interface LaneState {
  readonly status: LaneStatus;
  /** Since when, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
}

/** Remembers since when a lane is in its state. */
export class LaneStates {
  readonly #clock: Clock;
  #current: LaneState;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#current = { status: 'opening', sinceMs: clock.now() };
  }

  get current(): LaneState {
    return this.#current;
  }

  enter(status: LaneStatus): void {
    if (status !== this.#current.status) this.#current = { status, sinceMs: this.#clock.now() };
  }
}
