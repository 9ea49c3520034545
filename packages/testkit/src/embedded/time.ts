import type { Clock } from '@tallyman/sdk';
import { RefusedQuery } from './refused-query.ts';

const nanosPerMs = 1_000_000n;
const nanosPerSecond = 1_000_000_000n;

/** An engine's clock: nanoseconds since the epoch from one that counts milliseconds, no two readings equal. */
export class NanoClock {
  readonly #clock: Clock;
  #ms = Number.NaN;
  #readings = 0n;
  #shiftMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sets it forward, or back where negative. */
  shift(ms: number): void {
    this.#shiftMs += ms;
  }

  now(): bigint {
    const ms = Math.floor(this.#clock.now()) + this.#shiftMs;
    // A clock that jumps is followed: engines stamp lines with the wall clock, so their times run backwards too.
    this.#readings = ms === this.#ms ? this.#readings + 1n : 0n;
    this.#ms = ms;
    return BigInt(ms) * nanosPerMs + this.#readings;
  }
}

/** Always nine fractional digits, as in the log API (moby pkg/jsonmessage RFC3339NanoFixed). */
export function fixedTime(nanos: bigint): string {
  const seconds = new Date(Number(nanos / nanosPerMs)).toISOString().slice(0, 19);
  return `${seconds}.${String(nanos % nanosPerSecond).padStart(9, '0')}Z`;
}

/** Without trailing zeros, as in Go's JSON (time.RFC3339Nano). */
export function jsonTime(nanos: bigint): string {
  return fixedTime(nanos).replace(/0+Z$/, 'Z').replace(/\.Z$/, 'Z');
}

/** What engines answer where there is no time (Go's zero time). */
export const zeroTime = '0001-01-01T00:00:00Z';

/**
 * `seconds[.fraction]`, as in `since` and `until`; "0" and absence mean no bound (moby daemon/internal/timestamp).
 * @throws RefusedQuery
 */
export function nanosFromQuery(text: string | null): bigint | undefined {
  if (text === null || text === '' || text === '0') return undefined;
  const [seconds = '', fraction = ''] = text.split('.', 2);
  for (const digits of [seconds, fraction])
    if (!/^-?\d*$/.test(digits) || (digits === seconds && !/\d/.test(digits)))
      throw new RefusedQuery(`strconv.ParseInt: parsing "${digits}": invalid syntax`);
  return BigInt(seconds) * nanosPerSecond + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

export function secondsOf(nanos: bigint): number {
  return Number(nanos / nanosPerSecond);
}
