import type { Clock } from '@tallyman/sdk';

// So many reads a second cost little, whatever they bring.
const freeReads = 1_500;
// Few lines are shorter, with the engine's time and frame.
const lineBytes = 100;
const windowMs = 50;
const perWindow = windowMs / 1_000;
// A writer that had to wait for room has filled the socket with so much: it is not made to wait again.
const fullBytes = 32 * 1024;
const longestPauseMs = 100;

/**
 * Spaces the reads of connections that bring little at a time, once there are many: a read costs the same
 * whether it brings one line or a hundred. A connection that is read less often than {@link freeReads} allows
 * together with its neighbours never waits, and none waits longer than 100 ms.
 */
export class ReadPace {
  readonly #clock: Clock;
  #windowEndMs = 0;
  #reads = 0;
  #bytes = 0;
  #isBusy = false;
  #paused: (() => void)[] = [];
  /** Connections that waited together the last time. */
  #together = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be called after each read, with what it brought. Whether the connection is read again at once; else `resume` is called in time. */
  goesOn(bytes: number, resume: () => void): boolean {
    this.#count(bytes);
    if (!this.#isBusy || bytes >= fullBytes) return true;
    this.#paused.push(resume);
    if (this.#paused.length === 1) this.#clock.after(this.#pauseMs(), () => this.#resumeAll());
    return false;
  }

  /** As long as it takes to read so many connections at the rate that is free. */
  #pauseMs(): number {
    return Math.min(longestPauseMs, Math.max(1, (this.#together * 1_000) / freeReads));
  }

  #resumeAll(): void {
    const paused = this.#paused;
    this.#paused = [];
    this.#together = paused.length;
    for (const resume of paused) resume();
  }

  #count(bytes: number): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs >= this.#windowEndMs) {
      // Once reads are spaced their number does not tell any more; what they bring does.
      const couldBe = this.#isBusy ? this.#bytes / lineBytes : this.#reads;
      this.#isBusy = couldBe > freeReads * perWindow;
      this.#reads = 0;
      this.#bytes = 0;
      this.#windowEndMs = nowMs + windowMs;
    }
    this.#reads++;
    this.#bytes += bytes;
  }
}
