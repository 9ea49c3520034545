import PQueue from 'p-queue';

/**
 * Runs so many writes at once. Aborting is the caller's: p-queue's `timeout` does not stop a task, and its
 * `clear()` would leave promises behind, so nothing is ever put here that cannot start now.
 */
export class Writes {
  readonly #queue: PQueue;

  /** `freed` is called after each write, when its slot is free. */
  constructor(concurrency: number, freed: () => void) {
    this.#queue = new PQueue({ concurrency });
    this.#queue.addEventListener('next', freed);
  }

  get free(): boolean {
    return this.#queue.pending + this.#queue.size < this.#queue.concurrency;
  }

  async run(write: () => Promise<unknown>): Promise<void> {
    await this.#queue.add(write);
  }

  /** Resolves when no write is under way. */
  async idle(): Promise<void> {
    await this.#queue.onIdle();
  }
}
