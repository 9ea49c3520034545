import { type Instant, instantOf } from './instant.ts';
import { normalisedTime } from './timestamp.ts';

const space = 0x20;
const [letterZ, dot, zero] = [0x5a, 0x2e, 0x30];
/** `2026-11-21T19:10:15.334836550Z`: what the log API of Docker always writes. */
const usualLength = 30;
const secondLength = 19;
/** What a fraction of so many digits is multiplied by to give nanoseconds. */
const scales = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];
/** No timestamp with its space is longer. */
export const longestStampBytes = 40;

/** Reads the timestamps at the front of pieces, one after the other, and is the last one it read. */
export class StampReader implements Instant {
  seconds = 0;
  nanos = 0;
  /** Where the piece's own bytes begin. */
  payloadStart = 0;
  /** How the second was written that was read last: consecutive pieces mostly share it. */
  readonly #second = Buffer.alloc(secondLength);

  /** Reads `TIMESTAMP SPACE` at `start`. False where there is none; then it stays as it was. */
  read(bytes: Buffer, start: number, end: number): boolean {
    return this.#readUsual(bytes, start, end) || this.#readUnusual(bytes, start, end);
  }

  #readUsual(bytes: Buffer, start: number, end: number): boolean {
    const fraction = start + secondLength + 1;
    const usualEnd = start + usualLength;
    if (usualEnd >= end || bytes[usualEnd] !== space || bytes[usualEnd - 1] !== letterZ)
      return false;
    if (bytes[fraction - 1] !== dot || !this.#isSameSecond(bytes, start)) return false;
    const nanos = numberAt(bytes, fraction, 9);
    if (nanos < 0) return false;
    this.nanos = nanos;
    this.payloadStart = usualEnd + 1;
    return true;
  }

  /** Reads the timestamp `bytes[start, end)`, whose fraction may be short. False where it is none; then it stays as it was. */
  readWhole(bytes: Buffer, start: number, end: number): boolean {
    const fraction = start + secondLength + 1;
    const digits = end - 1 - fraction;
    if (digits >= 1 && digits <= 9 && bytes[end - 1] === letterZ && bytes[fraction - 1] === dot) {
      const nanos = numberAt(bytes, fraction, digits);
      if (nanos >= 0 && this.#isSameSecond(bytes, start)) {
        this.nanos = Math.imul(nanos, scales[digits] as number);
        return true;
      }
    }
    return this.#readText(bytes.toString('latin1', start, end));
  }

  #isSameSecond(bytes: Buffer, start: number): boolean {
    const second = this.#second;
    for (let at = secondLength - 1; at >= 0; at--)
      if (second[at] !== bytes[start + at]) return false;
    return true;
  }

  #readUnusual(bytes: Buffer, start: number, end: number): boolean {
    const stampEnd = bytes.subarray(start, Math.min(end, start + longestStampBytes)).indexOf(space);
    if (stampEnd < 0) return false;
    if (!this.#readText(bytes.toString('latin1', start, start + stampEnd))) return false;
    this.payloadStart = start + stampEnd + 1;
    return true;
  }

  #readText(text: string): boolean {
    const time = normalisedTime(text);
    if (time === undefined) return false;
    const { seconds, nanos } = instantOf(time);
    this.seconds = seconds;
    this.nanos = nanos;
    this.#second.write(time, 'latin1');
    return true;
  }
}

/** So many digits as a number; negative where they are none. */
function numberAt(bytes: Buffer, start: number, digits: number): number {
  let number = 0;
  for (let at = start; at < start + digits; at++) {
    const digit = (bytes[at] as number) - zero;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}
