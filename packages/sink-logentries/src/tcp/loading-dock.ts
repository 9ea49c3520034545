import { JsonBytes } from '@tallyman/sdk';
import type { Framer } from '../framing/framer.ts';
import type { Load } from './load.ts';

/** Bytes that are written at once, and the loads that end with them. */
export interface Chunk {
  readonly lines: JsonBytes;
  readonly completed: readonly Load[];
  /** Whether the next record would not have fitted. */
  readonly isFull: boolean;
}

/** What a connection can still take. */
export interface Room {
  readonly limitBytes: number;
  /** Whether it carries nothing yet. */
  readonly isFresh: boolean;
}

// 64 KiB at a time is the cheapest way through a socket, plain or TLS.
const chunkBytes = 64 * 1024;
// As many as are handed to a connection at once, and the one that is being filled.
const mostFree = 5;

/** The loads that wait, in order, and their conversion into bytes: only as fast as those leave. */
export class LoadingDock {
  readonly #framer: Framer;
  /** Written and taken; to be used again. */
  readonly #free: JsonBytes[] = [];
  #waiting: Load[] = [];

  constructor(framer: Framer) {
    this.#framer = framer;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(load: Load): void {
    this.#waiting.push(load);
  }

  /** Takes out the given load and all behind it; of none given, all. */
  removeFrom(load?: Load): readonly Load[] {
    const from = load === undefined ? 0 : this.#waiting.indexOf(load);
    return from === -1 ? [] : this.#waiting.splice(from);
  }

  /** The next lines, about 64 KiB of them, but no more than the limit; on a fresh connection at least one record. */
  chunk({ limitBytes, isFresh }: Room): Chunk {
    const lines = this.#free.pop() ?? new JsonBytes();
    const completed: Load[] = [];
    let isFull = false;
    while (lines.length < chunkBytes && !isFull) {
      const [load] = this.#waiting;
      if (!load) break;
      isFull = !this.#write(load, lines, { limitBytes, isFresh });
      if (load.isWhole) {
        completed.push(load);
        this.#waiting.shift();
      }
    }
    return { lines, completed, isFull };
  }

  /** Takes back the memory of a chunk whose bytes the operating system has. */
  recycle({ lines }: Chunk): void {
    lines.truncate(0);
    if (this.#free.length < mostFree && lines.capacity <= 4 * chunkBytes) this.#free.push(lines);
  }

  /** Writes the load's records up to a chunk's worth. False where one did not fit. */
  #write(load: Load, lines: JsonBytes, { limitBytes, isFresh }: Room): boolean {
    while (!load.isWhole && lines.length < chunkBytes) {
      const start = lines.length;
      const record = load.records.at(load.next);
      if (record) this.#framer.write(record, lines);
      if (lines.length > limitBytes && !(isFresh && start === 0)) {
        lines.truncate(start);
        return false;
      }
      load.next += 1;
    }
    return true;
  }
}
