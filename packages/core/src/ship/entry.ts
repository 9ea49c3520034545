import type { LogMark } from '../decode/mark.ts';
import type { HeldBatch } from './batch.ts';
import { joined } from './joined.ts';
import type { SpoolEntry, SpoolFrame } from './spool/spool.ts';

/** What a batch is made of. Logs and other records never share one: only logs can be read again. */
export type Content = SpoolEntry['content'];

export interface NewEntry {
  readonly id: string;
  readonly place: number;
  readonly content: Content;
  /** Records in it. */
  readonly count: number;
  /** What it weighs in memory. */
  readonly bytes: number;
  /** Since when its oldest record is held, on the monotonic clock. */
  readonly sinceMs: number;
  /** What an earlier run left of it. */
  readonly recovered?: Recovered;
}

export interface Recovered {
  readonly stored: SpoolEntry;
  /** Whether all up to a mark of its was stored, or settled, in that run. */
  readonly isTrusted: (mark: LogMark) => boolean;
}

/**
 * A batch as it was first cut, from then on until each of its records is delivered or dropped: whatever pieces it
 * is attempted in, and wherever it is meanwhile, in memory, on disk, or both.
 */
export class Entry {
  readonly id: string;
  readonly place: number;
  readonly content: Content;
  readonly bytes: number;
  readonly sinceMs: number;
  /** Where it is on disk, once that is safe. */
  stored: SpoolEntry | undefined;
  readonly #isTrusted: Recovered['isTrusted'];
  /** Whether it and all logs before it are on disk: then memory may forget it. */
  isSafe = false;
  /** Whether it was read back from the disk. */
  isLoaded = false;
  #left: number;
  #pieces: readonly HeldBatch[] = [];
  readonly #marks = new Map<string, LogMark>();
  #written: readonly LogMark[] = [];

  constructor({ id, place, content, count, bytes, sinceMs, recovered }: NewEntry) {
    this.id = id;
    this.place = place;
    this.content = content;
    this.bytes = bytes;
    this.sinceMs = sinceMs;
    this.stored = recovered?.stored;
    this.#isTrusted = recovered?.isTrusted ?? (() => true);
    this.#left = count;
  }

  /** Records that are neither delivered nor dropped. */
  get left(): number {
    return this.#left;
  }

  /** Its records in memory, as one batch, where it was never attempted. */
  get whole(): HeldBatch | undefined {
    return this.#pieces[0];
  }

  /** The marks of the chunks that end in it, of each container the last. */
  get marks(): readonly LogMark[] {
    return [...this.#marks.values()];
  }

  mark(mark: LogMark): void {
    this.#marks.set(mark.containerId, mark);
  }

  /** Gives it its records, all of them. */
  fill(batch: HeldBatch): void {
    this.#pieces = [batch];
  }

  /** Notes what an attempt left of one of its pieces. */
  replace(piece: HeldBatch, left: readonly HeldBatch[]): void {
    this.#pieces = [...this.#pieces.filter((each) => each !== piece), ...left];
    this.#left -= piece.records.length - left.reduce((sum, { records }) => sum + records.length, 0);
  }

  /** Gives up all that is left of it. Returns how many records that were. */
  abandon(): number {
    const left = this.#left;
    this.#left = 0;
    this.#pieces = [];
    return left;
  }

  /** What is left of it, to be written to disk. It must be in memory. */
  frame(): SpoolFrame {
    const pieces = this.#pieces.toSorted((a, b) => a.place - b.place);
    const records = joined(pieces.map((piece) => piece.records));
    this.#written = this.marks;
    return { id: this.id, place: this.place, records, marks: this.#written };
  }

  /** Leaves it to the disk alone, with the marks that are there. */
  forget(): void {
    for (const mark of this.#written)
      if (this.#marks.get(mark.containerId) === mark) this.#marks.delete(mark.containerId);
    this.#written = [];
    this.#pieces = [];
    this.isLoaded = false;
  }

  /** Takes back what was read from the disk. Marks that came later stay. */
  load({ records, marks }: SpoolFrame): void {
    const later = this.marks;
    this.#written = marks.filter(this.#isTrusted);
    for (const mark of [...this.#written, ...later]) this.mark(mark);
    this.#pieces = [{ id: this.id, place: this.place, records, bytes: this.bytes }];
    this.isLoaded = true;
  }
}
