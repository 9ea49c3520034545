/** The wish to end, from a signal, a key or a limit: that of a program that only shows something. */
export class Ending implements Disposable {
  readonly #controller = new AbortController();

  constructor() {
    process.on('SIGINT', this.#onSignal).on('SIGTERM', this.#onSignal).on('SIGHUP', this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends in order. */
  readonly end = (): void => {
    this.#controller.abort();
  };

  [Symbol.dispose](): void {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, this.#onSignal);
    this.end();
  }

  // A second one does not wait; process.exit lets the terminal be given back.
  readonly #onSignal = (): void => {
    if (this.signal.aborted) process.exit(1);
    this.end();
  };
}
