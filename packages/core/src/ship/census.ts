import type { Entry } from './entry.ts';

/** What a lane holds, counted. */
export interface Census {
  readonly records: number;
  /** Of these: safe on disk. */
  readonly storedRecords: number;
  /** Of these: not in memory. */
  readonly onDiskOnlyRecords: number;
  /** When the oldest of them came in, on the monotonic clock. Absent: there is none. */
  readonly oldestMs?: number;
}

/** Counts what is met on a walk through all that is held. */
export class Counting {
  #records = 0;
  #storedRecords = 0;
  #onDiskOnlyRecords = 0;
  #oldestMs = Number.POSITIVE_INFINITY;

  /** Records that are in no batch yet, held since then. */
  open(records: number, sinceMs: number | undefined): void {
    this.#records += records;
    this.#oldestMs = Math.min(this.#oldestMs, sinceMs ?? Number.POSITIVE_INFINITY);
  }

  /** Records of the batch: what of it is in memory, or, where nothing is, what is left of it on disk. */
  batch(entry: Entry, inMemory: number | undefined): void {
    const records = inMemory ?? entry.left;
    this.#records += records;
    if (entry.stored) this.#storedRecords += records;
    if (inMemory === undefined) this.#onDiskOnlyRecords += records;
    this.#oldestMs = Math.min(this.#oldestMs, entry.sinceMs);
  }

  census(): Census {
    return {
      records: this.#records,
      storedRecords: this.#storedRecords,
      onDiskOnlyRecords: this.#onDiskOnlyRecords,
      ...(this.#records > 0 && { oldestMs: this.#oldestMs }),
    };
  }
}
