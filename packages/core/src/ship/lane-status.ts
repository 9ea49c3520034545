import type { Clock } from '@tallyman/sdk';

/**
 * - `opening`: the sink has not opened yet
 * - `healthy`
 * - `retrying`: the last attempt failed
 * - `refused`: the last attempt failed by its credentials
 * - `parked`: logs did not fit, and are left to the engine until there is room again
 * - `stopped`
 */
export const laneStatuses = [
  'opening',
  'healthy',
  'retrying',
  'refused',
  'parked',
  'stopped',
] as const;

/** One of {@link laneStatuses}. */
export type LaneStatus = (typeof laneStatuses)[number];

export interface LaneCondition {
  readonly status: LaneStatus;
  /** Since when, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
}

/** How the lane's sink does. */
export type SinkStatus = Exclude<LaneStatus, 'parked' | 'stopped'>;

/** Remembers since when a lane has its status. */
export class LaneConditions {
  readonly #clock: Clock;
  #current: LaneCondition;
  #failingSinceMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#current = { status: 'opening', sinceMs: clock.now() };
  }

  get current(): LaneCondition {
    return this.#current;
  }

  /** Since when the sink fails, parked or not, in milliseconds since the Unix epoch; absent: it does not. */
  get failingSinceMs(): number | undefined {
    return this.#failingSinceMs;
  }

  note(sink: SinkStatus, room: 'parked' | 'open'): void {
    if (sink !== 'retrying' && sink !== 'refused') this.#failingSinceMs = undefined;
    else this.#failingSinceMs ??= this.#clock.now();
    // That the credentials are refused is what a person has to know.
    this.#enter(room === 'parked' && sink !== 'refused' ? 'parked' : sink);
  }

  stop(): void {
    this.#enter('stopped');
  }

  #enter(status: LaneStatus): void {
    if (status !== this.#current.status) this.#current = { status, sinceMs: this.#clock.now() };
  }
}
