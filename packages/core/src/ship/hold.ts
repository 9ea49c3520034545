import type { ContainerRecord } from '@tallyman/sdk';
import type { BatchSettings, QueueSettings } from '../settings.ts';
import type { HeldBatch } from './batch.ts';
import { Batcher, type BatcherContext } from './batcher.ts';
import { Delivery } from './delivery.ts';
import { MemoryQueue } from './memory-queue.ts';
import type { BatchQueue } from './queue.ts';

export interface HoldSettings {
  readonly batch: BatchSettings;
  readonly queue: Pick<QueueSettings, 'memoryBytes' | 'inFlightBytes'>;
}

/**
 * Everything a lane holds, on its way through four places: the open batch, the queue, in flight, and back for
 * another attempt. What came back goes before what waits, so the oldest is always next.
 */
export class Hold {
  readonly #settings: HoldSettings['queue'];
  readonly #batcher: Batcher;
  readonly #queue: BatchQueue = new MemoryQueue();
  readonly #inFlight = new Map<Delivery, AbortController>();
  /** Once sorted: youngest first, so that taking the oldest is a `pop`. */
  readonly #back: Delivery[] = [];
  #backSorted = true;
  #bytes = 0;
  #inFlightBytes = 0;

  constructor({ batch, queue }: HoldSettings, context: Omit<BatcherContext, 'full'>) {
    this.#settings = queue;
    this.#batcher = new Batcher(batch, { ...context, full: (full) => this.#queue.push(full) });
  }

  get bytes(): number {
    return this.#bytes;
  }

  get freeBytes(): number {
    return this.#settings.memoryBytes - this.#bytes;
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Batches in flight. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Walks all four places and counts the records. */
  count(): number {
    let records = this.#batcher.records;
    for (const batch of this.#queue) records += batch.records.length;
    for (const { batch } of this.#inFlight.keys()) records += batch.records.length;
    for (const { batch } of this.#back) records += batch.records.length;
    return records;
  }

  put(record: ContainerRecord, bytes: number): void {
    this.#bytes += bytes;
    this.#batcher.add(record, bytes);
  }

  /** Makes the open batch due. */
  ripen(): void {
    this.#batcher.ripen();
  }

  /** Sets no timers any more. */
  close(): void {
    this.#batcher.close();
  }

  /** Takes the oldest batch out that was never attempted. */
  evict(): HeldBatch | undefined {
    const batch = this.#queue.shift() ?? this.#batcher.cut();
    if (batch) this.#bytes -= batch.bytes;
    return batch;
  }

  /** Sends the oldest batch on its way, where the bound on bytes in flight lets it; a single larger one may go alone. */
  depart(): { delivery: Delivery; signal: AbortSignal } | undefined {
    const bytes = this.#nextBytes();
    if (bytes === undefined) return undefined;
    if (this.inFlight > 0 && this.#inFlightBytes + bytes > this.#settings.inFlightBytes) {
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
    this.#inFlight.delete(delivery);
    this.#inFlightBytes -= delivery.batch.bytes;
    this.#bytes -= delivery.batch.bytes;
    for (const piece of left) this.#bytes += piece.batch.bytes;
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

  #nextBytes(): number | undefined {
    if (!this.#backSorted) this.#back.sort((a, b) => b.batch.place - a.batch.place);
    this.#backSorted = true;
    const waiting = this.#back.at(-1)?.batch ?? this.#queue.peek();
    if (waiting) return waiting.bytes;
    return this.#batcher.ripe ? this.#batcher.bytes : undefined;
  }

  #first(): Delivery | undefined {
    const batch = this.#queue.shift() ?? this.#batcher.cut();
    return batch && new Delivery(batch);
  }
}
