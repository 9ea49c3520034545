/** How far a work is that takes a while. */
export interface Work {
  readonly what: 'catching up' | 'reading back from disk';
  readonly unit: 'bytes' | 'records';
  readonly done: number;
  readonly total: number;
  /** Absent while that cannot be told: it only begins, or does not get less. */
  readonly secondsLeft?: number;
}

interface Observation {
  readonly atSeconds: number;
  readonly remaining: number;
}

// Long enough to smooth bursts, short enough to follow a change.
const windowSeconds = 30;
const mostObservations = 60;

/** Watches something get less, and says when it will be gone at the pace of the last half minute. */
export class Backlog {
  #observations: readonly Observation[] = [];
  #peak = 0;

  /** The most that there was since there was nothing. */
  get peak(): number {
    return this.#peak;
  }

  /** Takes what remains at a moment. Seconds until nothing does; absent while it does not get less. */
  observe(atSeconds: number, remaining: number): number | undefined {
    if (remaining <= 0) {
      this.#peak = 0;
      this.#observations = [];
      return undefined;
    }
    this.#peak = Math.max(this.#peak, remaining);
    const latest = { atSeconds, remaining };
    const kept = this.#observations.filter((one) => {
      const ageSeconds = atSeconds - one.atSeconds;
      return ageSeconds > 0 && ageSeconds <= windowSeconds;
    });
    this.#observations = [...kept, latest].slice(-mostObservations);
    const [first = latest] = this.#observations;
    const lessPerSecond = (first.remaining - remaining) / (atSeconds - first.atSeconds);
    return lessPerSecond > 0 ? remaining / lessPerSecond : undefined;
  }
}
