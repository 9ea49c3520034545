import type { SpoolSpace } from './spool-space.ts';

/** The room of one spool: its own bound, within what all spools share. */
export class Room {
  #maxBytes: number;
  readonly #space: SpoolSpace;
  #usedBytes = 0;

  constructor(maxBytes: number, space: SpoolSpace) {
    this.#maxBytes = maxBytes;
    this.#space = space;
  }

  /** Another bound from now on; what is there stays, also where it is more. */
  bound(maxBytes: number): void {
    this.#maxBytes = maxBytes;
  }

  get freeBytes(): number {
    return Math.max(0, Math.min(this.#maxBytes - this.#usedBytes, this.#space.freeBytes));
  }

  /** What is out of room. */
  get shortage(): string {
    return this.#maxBytes - this.#usedBytes <= this.#space.freeBytes
      ? `the sink may use ${this.#maxBytes} bytes (queue.disk)`
      : this.#space.shortage;
  }

  /** Bytes that are on disk already. */
  count(bytes: number): void {
    this.#usedBytes += bytes;
    this.#space.count(bytes);
  }

  promise(bytes: number): void {
    this.#usedBytes += bytes;
    this.#space.promise(bytes);
  }

  takeBack(bytes: number): void {
    this.#usedBytes -= bytes;
    this.#space.takeBack(bytes);
  }

  wrote(bytes: number): void {
    this.#space.wrote(bytes);
  }

  removed(bytes: number): void {
    this.#usedBytes -= bytes;
    this.#space.removed(bytes);
  }

  /** Its files stay, and no longer count: whoever opens them counts them again. */
  close(): void {
    this.#space.count(-this.#usedBytes);
    this.#usedBytes = 0;
  }
}
