import type { Clock, ContainerRecord } from '@tallyman/sdk';
import type { BatchSettings } from '../settings.ts';
import type { HeldBatch } from './batch.ts';

export interface BatcherContext {
  readonly clock: Clock;
  readonly nextId: () => string;
  /** Receives a batch as soon as no further record fits into it. */
  readonly full: (batch: HeldBatch) => void;
  /** Called when the open batch has waited `maxWaitMs`; it may be cut from now on. */
  readonly ripe: () => void;
}

/**
 * Cuts the records into batches, in order. A full batch is handed on at once. One that is only ripe stays open
 * until somebody takes it with {@link Batcher.cut}: while the lane is busy, small batches grow instead of queueing up.
 */
export class Batcher {
  readonly #settings: BatchSettings;
  readonly #context: BatcherContext;
  #records: ContainerRecord[] = [];
  #bytes = 0;
  #place = 0;
  #ripe = false;
  #cancelWait: (() => void) | undefined;

  constructor(settings: BatchSettings, context: BatcherContext) {
    this.#settings = settings;
    this.#context = context;
  }

  /** Records in the open batch. */
  get records(): number {
    return this.#records.length;
  }

  /** Bytes of the open batch. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the open batch is due. */
  get ripe(): boolean {
    return this.#ripe;
  }

  add(record: ContainerRecord, bytes: number): void {
    const { maxRecords, maxBytes } = this.#settings;
    if (this.#records.length > 0 && this.#bytes + bytes > maxBytes) this.#handOn();
    this.#records.push(record);
    this.#bytes += bytes;
    if (this.#records.length >= maxRecords || this.#bytes >= maxBytes) this.#handOn();
    else if (this.#records.length === 1) this.#startWait();
  }

  /** Makes the open batch due, if there is one. */
  ripen(): void {
    if (this.#records.length > 0) this.#ripe = true;
  }

  /** Takes the open batch, due or not. */
  cut(): HeldBatch | undefined {
    if (this.#records.length === 0) return undefined;
    const batch = {
      id: this.#context.nextId(),
      place: this.#place,
      records: this.#records,
      bytes: this.#bytes,
    };
    this.#place += this.#records.length;
    this.#records = [];
    this.#bytes = 0;
    this.#ripe = false;
    this.close();
    return batch;
  }

  /** Stops the wait; the open batch stays. */
  close(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  #handOn(): void {
    const batch = this.cut();
    if (batch) this.#context.full(batch);
  }

  #startWait(): void {
    const { maxWaitMs } = this.#settings;
    if (maxWaitMs <= 0) {
      this.#ripe = true;
      return;
    }
    this.#cancelWait = this.#context.clock.after(maxWaitMs, () => {
      this.#ripe = true;
      this.#context.ripe();
    });
  }
}
