import type { ContainerRecord } from '@tallyman/sdk';
import type { LogMark } from '../decode/mark.ts';
import type { Records } from '../decode/records.ts';
import { type Census, Counting } from './census.ts';
import { Delivery } from './delivery.ts';
import type { Content, Entry } from './entry.ts';
import type { Limits } from './hold-limits.ts';
import { OpenBatches, type OpenBatchesContext } from './open-batches.ts';
import type { SpoolFrame } from './spool/spool.ts';
import { Waiting } from './waiting.ts';

/**
 * Everything a lane holds, on its way through four places: the open batches, those that wait, in flight, and back
 * for another attempt. What came back goes before what waits, so the oldest is always next.
 */
export class Hold {
  #limits: Limits;
  readonly #open: OpenBatches;
  readonly #waiting = new Waiting();
  readonly #inFlight = new Map<Delivery, AbortController>();
  /** Once sorted: youngest first, so that taking the oldest is a `pop`. */
  readonly #back: Delivery[] = [];
  #backSorted = true;
  #bytes = 0;
  #inFlightBytes = 0;
  /** What was read back from the disk, or is being. Part of the bytes held. */
  #loadedBytes = 0;

  constructor(limits: Limits, context: OpenBatchesContext) {
    const cut = (entry: Entry) => {
      this.#waiting.push(entry);
      context.cut(entry);
    };
    this.#limits = limits;
    this.#open = new OpenBatches(limits.batch, { ...context, cut });
  }

  /** Holds within other bounds from now on; what is held already stays, also where it is more. */
  bound(limits: Limits): void {
    this.#limits = limits;
    this.#open.bound(limits.batch);
  }

  /** Bound on what is held in memory. */
  get memoryBytes(): number {
    return this.#limits.memoryBytes;
  }

  /** What is held in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What may still come in. Room for the largest batch on disk is kept: the oldest must be able to come back. */
  get freeBytes(): number {
    const { memoryBytes } = this.#limits;
    const largestBytes = Math.min(this.#waiting.largestBytes, memoryBytes);
    return memoryBytes - this.#bytes - Math.max(0, largestBytes - this.#loadedBytes);
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Batches in flight. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Batches on disk alone. */
  get onDiskOnly(): number {
    return this.#waiting.onDiskOnly;
  }

  /** Whether nothing is on disk alone, and at least half of the memory is free. */
  get isRoomy(): boolean {
    return this.onDiskOnly === 0 && this.#bytes <= this.#limits.memoryBytes / 2;
  }

  /** Whether it holds nothing, in memory or on disk. */
  get isEmpty(): boolean {
    return this.#bytes === 0 && this.#waiting.isEmpty;
  }

  /** When the first record came into the open batches, on the monotonic clock; absent: they are empty. */
  get openSinceMs(): number | undefined {
    return this.#open.sinceMs;
  }

  /** Walks everything that is held, and counts it. */
  census(): Census {
    const counting = new Counting();
    counting.open(this.#open.records, this.#open.sinceMs);
    for (const entry of this.#waiting) counting.batch(entry, entry.whole?.records.length);
    for (const { batch, entry } of this.#inFlight.keys())
      counting.batch(entry, batch.records.length);
    for (const { batch, entry } of this.#back) counting.batch(entry, batch.records.length);
    return counting.census();
  }

  /** Takes over a batch that an earlier run left on disk. To be called before anything else comes in. */
  recover(entry: Entry): void {
    this.#waiting.pushStored(entry);
  }

  put(record: ContainerRecord, bytes: number): void {
    this.#bytes += bytes;
    this.#open.put(record, bytes);
  }

  /** Logs, from one index to another, which weigh what `weights` says there. */
  putLogs(records: Records, weights: readonly number[], from: number, to: number): void {
    for (let index = from; index < to; index++) this.#bytes += weights[index] ?? 0;
    this.#open.putLogs(records, weights, from, to);
  }

  /** Notes how far a log was read with the last log in the open batch. False where that is empty. */
  mark(mark: LogMark): boolean {
    return this.#open.mark(mark);
  }

  /** Makes the open batches due. */
  ripen(): void {
    this.#open.ripen();
  }

  /** Cuts the open batches that began before this time of the monotonic clock, or then. */
  cutSince(latestMs: number): void {
    this.#open.cutSince(latestMs);
  }

  /** Sets no timers any more. */
  close(): void {
    this.#open.close();
  }

  /**
   * Leaves to the disk what is safe there until so many bytes may come in; the `front`, which is to be sent next,
   * only where that is better than a loss. False where all that is not enough.
   */
  makeRoom(bytes: number, front: 'kept' | 'given up' = 'kept'): boolean {
    const keptBytes = front === 'kept' ? this.#limits.readAheadBytes : 0;
    while (this.freeBytes < bytes) if (!this.#evict(keptBytes)) return false;
    return true;
  }

  /** Takes the oldest batch out of memory that was never attempted, of this content where one is named. */
  takeOldest(content?: Content): Entry | undefined {
    let entry = this.#waiting.takeOldest(content);
    if (!entry) {
      this.#open.cutOldest(content);
      entry = this.#waiting.takeOldest(content);
    }
    if (entry) this.#weigh(entry, -entry.bytes);
    return entry;
  }

  /** Takes the oldest batch that is on disk alone and never was attempted. */
  takeStored(): Entry | undefined {
    return this.#waiting.takeStored();
  }

  /**
   * The batch to be read from the disk next, if one is wanted and memory has room for it, or can have; the room
   * is taken. To be followed by {@link Hold.loaded} or {@link Hold.notLoaded}.
   */
  load(): Entry | undefined {
    const entry = this.#waiting.nextOnDisk;
    const { memoryBytes, readAheadBytes } = this.#limits;
    if (!entry || this.#waiting.frontBytes >= readAheadBytes) return undefined;
    // Nothing of the front may go: it comes before what is to be read.
    while (this.#bytes + entry.bytes > memoryBytes && this.#evict(Number.POSITIVE_INFINITY));
    const isNext =
      this.inFlight === 0 && this.#back.length === 0 && this.#waiting.first === undefined;
    // Whatever is in the way comes after it, and would never leave before it.
    if (this.#bytes + entry.bytes > memoryBytes && !isNext) return undefined;
    this.#bytes += entry.bytes;
    this.#loadedBytes += entry.bytes;
    this.#waiting.loading(entry);
    return entry;
  }

  loaded(entry: Entry, frame: SpoolFrame): void {
    entry.load(frame);
    this.#waiting.loaded(entry, 'in memory');
  }

  notLoaded(entry: Entry, outcome: 'still on disk' | 'lost'): void {
    this.#bytes -= entry.bytes;
    this.#loadedBytes -= entry.bytes;
    this.#waiting.loaded(entry, outcome);
  }

  /** Sends the oldest batch on its way, where the bound on bytes in flight lets it; a single larger one may go alone. */
  depart(): { delivery: Delivery; signal: AbortSignal } | undefined {
    const bytes = this.#nextBytes();
    if (bytes === undefined) return undefined;
    if (this.inFlight > 0 && this.#inFlightBytes + bytes > this.#limits.inFlightBytes) {
      return undefined;
    }
    const delivery = this.#back.pop() ?? this.#first();
    if (!delivery) return undefined;
    const attempt = new AbortController();
    this.#inFlight.set(delivery, attempt);
    this.#inFlightBytes += delivery.batch.bytes;
    return { delivery, signal: attempt.signal };
  }

  /** Ends an attempt; what is left of the batch waits for another one, in its old place. */
  comeBack(delivery: Delivery, left: readonly Delivery[]): void {
    const { batch, entry } = delivery;
    const leftBytes = left.reduce((sum, piece) => sum + piece.batch.bytes, 0);
    this.#inFlight.delete(delivery);
    this.#inFlightBytes -= batch.bytes;
    this.#weigh(entry, leftBytes - batch.bytes);
    entry.replace(
      batch,
      left.map((piece) => piece.batch),
    );
    if (left.length === 0) return;
    this.#back.push(...left);
    this.#backSorted = false;
  }

  /** Takes back the attempts of all batches in flight that are younger than `place`. */
  abortAfter(place: number, reason: Error): void {
    for (const [delivery, attempt] of this.#inFlight) {
      if (delivery.batch.place > place) attempt.abort(reason);
    }
  }

  #evict(keptBytes: number): boolean {
    const entry = this.#waiting.evict(keptBytes);
    if (!entry) return false;
    this.#weigh(entry, -entry.bytes);
    entry.forget();
    return true;
  }

  #weigh(entry: Entry, bytes: number): void {
    this.#bytes += bytes;
    if (entry.isLoaded) this.#loadedBytes += bytes;
  }

  #nextBytes(): number | undefined {
    if (!this.#backSorted) this.#back.sort((a, b) => b.batch.place - a.batch.place);
    this.#backSorted = true;
    const next = this.#back.at(-1)?.batch ?? this.#waiting.first;
    if (next) return next.bytes;
    return this.#waiting.isEmpty ? this.#open.ripeBytes : undefined;
  }

  #first(): Delivery | undefined {
    if (this.#waiting.isEmpty) this.#open.cutRipe();
    const entry = this.#waiting.shift();
    return entry?.whole && new Delivery(entry.whole, entry);
  }
}
