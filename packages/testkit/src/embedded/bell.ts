/** Wakes whoever waits. */
export class Bell {
  readonly #waiting = new Set<() => void>();

  ring(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Resolves at the next ring, or as soon as the signal aborts. */
  rung(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => {
      signal.removeEventListener('abort', wake);
      this.#waiting.delete(wake);
      resolve();
    };
    signal.addEventListener('abort', wake, { once: true });
    this.#waiting.add(wake);
    return promise;
  }
}
