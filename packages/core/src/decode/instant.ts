import { epochSecondsOf } from './timestamp.ts';

/**
 * A moment. Two small numbers are compared faster and kept for less than the text of 30 characters, which most
 * lines never need. Kept as integers of 32 bits as long as they are (until 2038), as V8 makes an object of each
 * other number: so whatever gives seconds or nanos gives them as integers, without arithmetic on fractions.
 */
export interface Instant {
  /** Whole seconds since the epoch. */
  readonly seconds: number;
  /** From 0 to 999,999,999. */
  readonly nanos: number;
}

/** Later than nothing that was logged. */
export const earliest: Instant = { seconds: -2_000_000_000, nanos: 0 };

/** Whether `a` is later than `b`. */
export function isLater(a: Instant, b: Instant): boolean {
  return a.seconds > b.seconds || (a.seconds === b.seconds && a.nanos > b.nanos);
}

export function isSameInstant(a: Instant, b: Instant): boolean {
  return a.nanos === b.nanos && a.seconds === b.seconds;
}

/** The moment of a normalised time. */
export function instantOf(time: string): Instant {
  return { seconds: epochSecondsOf(time), nanos: Number(time.slice(20, 29)) };
}

/** RFC 3339, UTC, nine fractional digits. */
export function timeOf({ seconds, nanos }: Instant): string {
  return `${secondText(seconds)}.${nanoDigits(nanos)}Z`;
}

let cachedSeconds = Number.NaN;
let cachedText = '';

/** `2026-11-21T19:10:15`. Consecutive lines mostly share their second. */
export function secondText(seconds: number): string {
  if (seconds !== cachedSeconds) {
    cachedSeconds = seconds;
    cachedText = new Date(seconds * 1_000).toISOString().slice(0, 19);
  }
  return cachedText;
}

/** The nine digits behind the point. */
export function nanoDigits(nanos: number): string {
  return String(nanos).padStart(9, '0');
}
