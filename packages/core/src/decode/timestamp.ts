/** `2026-11-21T19:10:15.334836550Z`: what the log API of Docker always writes. */
const usualLength = 30;
const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Where the `Z` of a usual timestamp stands in it. */
export const stampEndBytes = usualLength - 1;

/** The time at `start` where it is written as the log API of Docker always does; checked to the digit. */
export function usualStampAt(bytes: Buffer, start: number): string | undefined {
  return normalisedTime(bytes.toString('latin1', start, start + usualLength));
}

/**
 * Any RFC 3339 time as UTC with nine fractional digits; nothing where it is no such time.
 * Podman writes the local zone; stats and inspect answers trim trailing zeros.
 */
export function normalisedTime(text: string): string | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [, seconds = '', fraction = '', zone = 'Z'] = match;
  const utc = zone === 'Z' ? seconds : shiftedToUtc(seconds + zone);
  // Digits in their places may still be no day or hour.
  return utc === undefined || Number.isNaN(epochSecondsOf(utc))
    ? undefined
    : `${utc}.${fraction.padEnd(9, '0')}Z`;
}

function shiftedToUtc(time: string): string | undefined {
  const milliseconds = Date.parse(time);
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString().slice(0, 19);
}

let cachedSeconds = '';
let cachedEpoch = 0;

/** Nanoseconds since the epoch, as decimal digits, of a normalised time. */
export function nanosOf(time: string): string {
  return `${epochSecondsOf(time)}${time.slice(20, 29)}`;
}

/** The same as `seconds.nanoseconds`, as the engine's `since` wants it. */
export function sinceOf(time: string): string {
  return `${epochSecondsOf(time)}.${time.slice(20, 29)}`;
}

/** Milliseconds since the epoch, rounded down. */
export function millisecondsOf(time: string): number {
  return epochSecondsOf(time) * 1_000 + Number(time.slice(20, 23));
}

/** A normalised time from nanoseconds since the epoch. */
export function timeOfNanos(nanos: bigint): string {
  const seconds = Number(nanos / 1_000_000_000n);
  const fraction = (nanos % 1_000_000_000n).toString().padStart(9, '0');
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** A normalised time so many milliseconds earlier; a fraction counts to the nanosecond. */
export function earlier(time: string, ms: number): string {
  return timeOfNanos(BigInt(nanosOf(time)) - BigInt(Math.round(ms * 1e6)));
}

/** Whole seconds since the epoch. Consecutive lines mostly share theirs. */
export function epochSecondsOf(time: string): number {
  if (!time.startsWith(cachedSeconds) || cachedSeconds === '') {
    cachedSeconds = time.slice(0, 19);
    cachedEpoch = Math.floor(Date.parse(`${cachedSeconds}Z`) / 1_000);
  }
  return cachedEpoch;
}
