import type { Content, Entry } from './entry.ts';
import { LinkedSet } from './linked-set.ts';

/**
 * The batches that wait for their first attempt, oldest first: one queue in three stretches. The front is in
 * memory, the middle on disk alone, and the tail, where there is a middle, in memory again until the middle
 * grows over it. Iterating walks all of them.
 */
export class Waiting {
  readonly #front = new LinkedSet<Entry>();
  readonly #middle = new LinkedSet<Entry>();
  readonly #tail = new LinkedSet<Entry>();
  /** The first of the middle, while it is being read. */
  #loading: Entry | undefined;
  #frontBytes = 0;
  #largestBytes = 0;

  get isEmpty(): boolean {
    return this.#front.size === 0 && this.#middle.size === 0;
  }

  /** Batches on disk alone. */
  get onDiskOnly(): number {
    return this.#middle.size;
  }

  /** At least what the largest batch on disk alone will weigh in memory. */
  get largestBytes(): number {
    return this.#largestBytes;
  }

  /** What the front weighs. */
  get frontBytes(): number {
    return this.#frontBytes;
  }

  /** The oldest batch, where it is in memory. */
  get first(): Entry | undefined {
    return this.#front.first;
  }

  /** The batch to be read next, unless one is being read. */
  get nextOnDisk(): Entry | undefined {
    return this.#loading ? undefined : this.#middle.first;
  }

  /** Adds the youngest batch, which is in memory. */
  push(entry: Entry): void {
    if (this.#middle.size > 0) this.#tail.push(entry);
    else this.#pushFront(entry);
  }

  /** Adds the youngest batch, which is on disk alone. */
  pushStored(entry: Entry): void {
    this.#middle.push(entry);
    this.#largestBytes = Math.max(this.#largestBytes, entry.bytes);
  }

  /** Takes the oldest batch, where it is in memory. */
  shift(): Entry | undefined {
    const entry = this.#front.first;
    if (entry) this.#delete(entry);
    return entry;
  }

  /** Takes the oldest batch that is in memory, of this content where one is named. */
  takeOldest(content?: Content): Entry | undefined {
    for (const stretch of [this.#front, this.#tail]) {
      for (const entry of stretch) {
        if (content !== undefined && entry.content !== content) continue;
        this.#delete(entry);
        return entry;
      }
    }
    return undefined;
  }

  /** Takes the oldest batch that is on disk alone and not being read. */
  takeStored(): Entry | undefined {
    const first = this.#middle.first;
    const entry = first && first === this.#loading ? this.#middle.after(first) : first;
    if (entry) this.#delete(entry);
    return entry;
  }

  /**
   * Leaves a batch that is safe on disk to the disk alone, far from the front; at least `keptBytes` of the front
   * stay. Returns the batch, if there is one.
   */
  evict(keptBytes: number): Entry | undefined {
    const entry = this.#evictable(keptBytes);
    if (!entry) return undefined;
    if (this.#tail.delete(entry)) this.#middle.push(entry);
    else {
      while (this.#front.last && this.#front.last !== entry) this.#moveToTail(this.#front.last);
      this.#deleteFront(entry);
      this.#middle.unshift(entry);
    }
    this.#largestBytes = Math.max(this.#largestBytes, entry.bytes);
    return entry;
  }

  /** Notes that {@link Waiting.nextOnDisk} is being read. */
  loading(entry: Entry): void {
    this.#loading = entry;
  }

  /** The batch that was being read is in memory now, at the end of the front; or it is not. */
  loaded(entry: Entry, outcome: 'in memory' | 'still on disk' | 'lost'): void {
    this.#loading = undefined;
    if (outcome === 'still on disk') return;
    this.#middle.delete(entry);
    if (outcome === 'in memory') this.#pushFront(entry);
    this.#joinStretches();
  }

  *[Symbol.iterator](): Iterator<Entry> {
    yield* this.#front;
    yield* this.#middle;
    yield* this.#tail;
  }

  #evictable(keptBytes: number): Entry | undefined {
    const tail = this.#tail.first;
    if (tail?.isSafe) return tail;
    // What is being read comes to the end of the front.
    if (this.#loading) return undefined;
    // Where there is a middle, what is evicted must lie against it.
    let entry = this.#front.last;
    let left = this.#frontBytes - (entry?.bytes ?? 0);
    while (entry && !entry.isSafe && this.#middle.size === 0) {
      entry = this.#front.before(entry);
      left -= entry?.bytes ?? 0;
    }
    return entry?.isSafe && left >= keptBytes ? entry : undefined;
  }

  #delete(entry: Entry): void {
    if (!this.#tail.delete(entry) && !this.#middle.delete(entry)) this.#deleteFront(entry);
    this.#joinStretches();
  }

  #pushFront(entry: Entry): void {
    this.#front.push(entry);
    this.#frontBytes += entry.bytes;
  }

  #deleteFront(entry: Entry): void {
    if (this.#front.delete(entry)) this.#frontBytes -= entry.bytes;
  }

  #moveToTail(entry: Entry): void {
    this.#deleteFront(entry);
    this.#tail.unshift(entry);
  }

  /** Without a middle there is no tail. */
  #joinStretches(): void {
    if (this.#middle.size > 0) return;
    this.#largestBytes = 0;
    for (let entry = this.#tail.first; entry; entry = this.#tail.first) {
      this.#tail.delete(entry);
      this.#pushFront(entry);
    }
  }
}
