/** Exponential with full jitter: a random wait below a limit that doubles with each failure. */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  readonly #random: () => number;
  #failures = 0;

  constructor({
    firstMs,
    longestMs,
    random,
  }: {
    readonly firstMs: number;
    readonly longestMs: number;
    readonly random: () => number;
  }) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#random = random;
  }

  /** The wait after one more failure. At least a tenth of the limit: full jitter may not mean no wait at all. */
  nextMs(): number {
    const limitMs = Math.min(this.#longestMs, this.#firstMs * 2 ** Math.min(this.#failures++, 30));
    return limitMs * (0.1 + 0.9 * this.#random());
  }

  reset(): void {
    this.#failures = 0;
  }
}
