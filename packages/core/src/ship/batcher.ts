import type { Clock, ContainerRecord } from '@tallyman/sdk';
import type { LogMark } from '../decode/mark.ts';
import type { Records } from '../decode/records.ts';
import type { BatchSettings } from '../settings.ts';
import { type Content, Entry } from './entry.ts';
import { joined } from './joined.ts';

export interface BatcherContext {
  readonly clock: Clock;
  readonly content: Content;
  readonly nextId: () => string;
  /** The place of a batch of so many records that is cut now. */
  readonly nextPlace: (records: number) => number;
  /** Receives a batch as soon as no further record fits into it. */
  readonly full: (entry: Entry) => void;
  /** Called when the open batch has waited `maxWaitMs`; it may be cut from now on. */
  readonly ripe: () => void;
}

/**
 * Cuts the records into batches, in order. A full batch is handed on at once. One that is only ripe stays open
 * until somebody takes it with {@link Batcher.cut}: while the lane is busy, small batches grow instead of queueing up.
 */
export class Batcher {
  #settings: BatchSettings;
  readonly #context: BatcherContext;
  /** What the open batch consists of. */
  #parts: Records[] = [];
  /** Records that came one by one, the last part. */
  #singles: ContainerRecord[] | undefined;
  #records = 0;
  #bytes = 0;
  #sinceMs = 0;
  #marks: LogMark[] = [];
  #ripe = false;
  #cancelWait: (() => void) | undefined;

  constructor(settings: BatchSettings, context: BatcherContext) {
    this.#settings = settings;
    this.#context = context;
  }

  /** Cuts by other bounds, from the next record on. */
  bound(settings: BatchSettings): void {
    this.#settings = settings;
  }

  /** Records in the open batch. */
  get records(): number {
    return this.#records;
  }

  /** Bytes of the open batch. */
  get bytes(): number {
    return this.#bytes;
  }

  /** When the first record came into the open batch, on the monotonic clock; absent: it is empty. */
  get sinceMs(): number | undefined {
    return this.#records > 0 ? this.#sinceMs : undefined;
  }

  /** Whether the open batch is due. */
  get ripe(): boolean {
    return this.#ripe;
  }

  add(record: ContainerRecord, bytes: number): void {
    if (!this.#fits(bytes)) this.#handOn();
    if (this.#singles === undefined) {
      this.#singles = [];
      this.#parts.push(this.#singles);
    }
    this.#singles.push(record);
    this.#added(1, bytes);
  }

  /** Adds the records from one index to another, which weigh what `weights` says there. */
  addRun(records: Records, weights: readonly number[], from: number, to: number): void {
    for (let first = from; first < to; ) {
      if (!this.#fits(weights[first] ?? 0)) this.#handOn();
      let [next, bytes] = [first, 0];
      do bytes += weights[next++] ?? 0;
      while (next < to && this.#fits(bytes + (weights[next] ?? 0), next - first));
      this.#parts.push(records.slice(first, next));
      this.#singles = undefined;
      this.#added(next - first, bytes);
      first = next;
    }
  }

  /** Whether a record may come that brings what is added to so many bytes, behind so many that are added with it. */
  #fits(bytes: number, before = 0): boolean {
    const { maxRecords, maxBytes } = this.#settings;
    const records = this.#records + before;
    return records === 0 || (records < maxRecords && this.#bytes + bytes <= maxBytes);
  }

  #added(records: number, bytes: number): void {
    const { maxRecords, maxBytes } = this.#settings;
    const isFirst = this.#records === 0;
    if (isFirst) this.#sinceMs = this.#context.clock.monotonicMs();
    this.#records += records;
    this.#bytes += bytes;
    if (this.#records >= maxRecords || this.#bytes >= maxBytes) this.#handOn();
    else if (isFirst) this.#startWait();
  }

  /** Notes how far a log was read with the open batch's last record. It must not be empty. */
  mark(mark: LogMark): void {
    this.#marks.push(mark);
  }

  /** Makes the open batch due, if there is one. */
  ripen(): void {
    if (this.#records > 0) this.#ripe = true;
  }

  /** Takes the open batch, due or not. */
  cut(): Entry | undefined {
    const count = this.#records;
    if (count === 0) return undefined;
    const { content, nextId, nextPlace } = this.#context;
    const [id, place, bytes] = [nextId(), nextPlace(count), this.#bytes];
    const sinceMs = this.#sinceMs;
    const entry = new Entry({ id, place, content, count, bytes, sinceMs });
    entry.fill({ id, place, records: joined(this.#parts), bytes });
    for (const mark of this.#marks) entry.mark(mark);
    this.#parts = [];
    this.#singles = undefined;
    this.#records = 0;
    this.#marks = [];
    this.#bytes = 0;
    this.#ripe = false;
    this.close();
    return entry;
  }

  /** Stops the wait; the open batch stays. */
  close(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  #handOn(): void {
    const entry = this.cut();
    if (entry) this.#context.full(entry);
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
