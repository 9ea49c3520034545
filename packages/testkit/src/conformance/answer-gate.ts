import type { Clock } from '@tallyman/sdk';

/**
 * The clock of a receiver that answers only while the gate is open: a delay ends at once, or when the gate is
 * opened. For backends that are silent and accept later.
 */
export class AnswerGate implements Clock {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #isOpen = true;

  /** `clock` is what times are of: that of the sink. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  open(): void {
    this.#isOpen = true;
    for (const pass of this.#waiting) pass();
    this.#waiting.clear();
  }

  close(): void {
    this.#isOpen = false;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  async sleep(_ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isOpen) return;
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.delete(pass);
        reject(signal.reason);
      };
      const pass = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#waiting.add(pass);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  after(ms: number, then: () => void): () => void {
    return this.#clock.after(ms, then);
  }
}
