/** Bounds how many of something run at once; the others wait in order. */
export class Slots {
  #limit: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many may run at once. A higher limit lets waiting ones go at once, a lower one waits for those that run. */
  set limit(limit: number) {
    this.#limit = limit;
    this.#admit();
  }

  /** Whether some wait. */
  get isContended(): boolean {
    return this.#waiting.length > 0;
  }

  async use<T>(task: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#admit();
    });
    try {
      return await task();
    } finally {
      this.#running--;
      this.#admit();
    }
  }

  #admit(): void {
    while (this.#running < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#running++;
      next();
    }
  }
}
