// What an entry costs in memory besides its text.
const overheadBytes = 200;

/** A list that stops taking once it holds so many bytes, and counts what it did not take. */
export class Kept<Item> {
  readonly #limitBytes: number;
  #items: Item[] = [];
  #bytes = 0;
  #notKept = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get notKept(): number {
    return this.#notKept;
  }

  add(item: Item, bytes: number): void {
    const cost = bytes + overheadBytes;
    if (this.#bytes + cost > this.#limitBytes) {
      this.#notKept++;
      return;
    }
    this.#bytes += cost;
    this.#items.push(item);
  }

  list(): readonly Item[] {
    return [...this.#items];
  }

  clear(): void {
    this.#items = [];
    this.#bytes = 0;
    this.#notKept = 0;
  }
}

export const defaultLedgerBytes = 64 * 1024 * 1024;
