import { Slots } from '../slots.ts';

// Engine 20.10 answers a one-shot request with its collector's next tick, within a second or so, unless the
// collector was idle; one tick serves all requests that wait for it. Later engines sample at once, in some ms.
const slowAnswerMs = 250;
const atOnceWhenSlow = 512;
const atOnceWhenFast = 8;
// One answer that was held up says nothing yet, two in a row do.
const lastAnswerShare = 0.2;
/** Over so much of the interval samples are spread; the rest is for those that are late. */
export const usedShare = 0.8;

/**
 * How an engine is asked for samples: where it answers at once, a few at a time and spread over the interval;
 * where it makes each request wait for its tick, all together.
 */
export class Pace {
  readonly #slots = new Slots(atOnceWhenFast);
  #answerMs: number | undefined;
  #hanging = 0;

  /** Whether the engine was ever asked: its pace is not known before. */
  get isKnown(): boolean {
    return this.#answerMs !== undefined;
  }

  /** Notes how long an answer took, and acts on it at once: 20.10 answers the first fast and all others slowly. */
  answered(afterMs: number): void {
    const before = this.#answerMs ?? afterMs;
    this.#answerMs = before + (afterMs - before) * lastAnswerShare;
    this.#setLimit();
  }

  /** Notes how many requests hang: they take no place from the others. */
  hanging(requests: number): void {
    this.#hanging = requests;
    this.#setLimit();
  }

  /** The wait between two requests, where there are so many in an interval. */
  spacingMs(intervalMs: number, requests: number): number {
    return this.#isSlow ? 0 : (intervalMs * usedShare) / requests;
  }

  /** Runs a request when it is its turn. */
  use(request: () => Promise<void>): Promise<void> {
    return this.#slots.use(request);
  }

  get #isSlow(): boolean {
    return (this.#answerMs ?? 0) > slowAnswerMs;
  }

  #setLimit(): void {
    this.#slots.limit = (this.#isSlow ? atOnceWhenSlow : atOnceWhenFast) + this.#hanging;
  }
}
