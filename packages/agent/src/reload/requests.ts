/** The wishes to read the configuration again. What is wished for meanwhile is one wish more, however often. */
export class ReloadRequests {
  #why: string | undefined;
  #wake = (): void => {};

  /** `why`: for the log. */
  request(why: string): void {
    this.#why = why;
    this.#wake();
  }

  /** Resolves with why, as soon as somebody wishes for it; with nothing once the signal aborts. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    if (this.#why === undefined && !signal.aborted) {
      const woken = Promise.withResolvers<void>();
      this.#wake = woken.resolve;
      signal.addEventListener('abort', this.#wake, { once: true });
      await woken.promise;
      signal.removeEventListener('abort', this.#wake);
    }
    if (signal.aborted) return undefined;
    const why = this.#why;
    this.#why = undefined;
    return why;
  }
}
