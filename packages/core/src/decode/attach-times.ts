import { nanosOf, timeOfNanos } from './timestamp.ts';

const nanosPerSecond = 1_000_000_000;

/**
 * Times for lines that come without one: those of their receipt. Each is later than the one before by a
 * nanosecond at least, also where the clock stands or is set back, so that no two lines share an id.
 */
export class ReceiptTimes {
  #second = '';
  #nanos = 0;

  /** The last one given; empty before the first. */
  get last(): string {
    return this.#second === '' ? '' : this.#text();
  }

  /** What arrives from here on arrives at this time: RFC 3339, UTC, nine fractional digits. */
  arrive(now: string): void {
    if (now <= this.last) return;
    this.#second = now.slice(0, 19);
    // The first line of what arrives gets the time itself.
    this.#nanos = Number(now.slice(20, 29)) - 1;
  }

  /** The time of the next line. To be called after {@link ReceiptTimes.arrive}. */
  next(): string {
    this.#nanos++;
    if (this.#nanos >= nanosPerSecond) this.#nextSecond();
    return this.#text();
  }

  #nextSecond(): void {
    const next = BigInt(nanosOf(`${this.#second}.000000000Z`)) + BigInt(nanosPerSecond);
    this.#second = timeOfNanos(next).slice(0, 19);
    this.#nanos = 0;
  }

  #text(): string {
    return `${this.#second}.${String(Math.max(this.#nanos, 0)).padStart(9, '0')}Z`;
  }
}
