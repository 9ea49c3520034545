import type { Clock, ContainerRecord } from '@tallyman/sdk';
import type { LogMark } from '../decode/mark.ts';
import type { Records } from '../decode/records.ts';
import type { BatchSettings } from '../settings.ts';
import { Batcher } from './batcher.ts';
import type { Content, Entry } from './entry.ts';

export interface OpenBatchesContext {
  readonly clock: Clock;
  readonly nextId: () => string;
  /** Where the first record stands in the lane's order. */
  readonly firstPlace: number;
  /** Called when a batch is due. */
  readonly ripe: () => void;
  /** Receives each batch when it is cut. */
  readonly cut: (entry: Entry) => void;
}

/** The batches that are being filled: one of logs, one of all else. What is cut first stands first. */
export class OpenBatches {
  readonly #log: Batcher;
  readonly #other: Batcher;
  readonly #cut: (entry: Entry) => void;

  constructor(settings: BatchSettings, context: OpenBatchesContext) {
    const { clock, nextId, firstPlace, ripe, cut } = context;
    let place = firstPlace;
    const nextPlace = (records: number) => {
      place += records;
      return place - records;
    };
    const shared = { clock, nextId, nextPlace, full: cut, ripe };
    this.#log = new Batcher(settings, { ...shared, content: 'log' });
    this.#other = new Batcher(settings, { ...shared, content: 'other' });
    this.#cut = cut;
  }

  /** Cuts by other bounds from now on. */
  bound(settings: BatchSettings): void {
    this.#log.bound(settings);
    this.#other.bound(settings);
  }

  /** Records in them. */
  get records(): number {
    return this.#log.records + this.#other.records;
  }

  /** When the first of their records came in, on the monotonic clock; absent: they are empty. */
  get sinceMs(): number | undefined {
    return this.#older()?.sinceMs;
  }

  /** What the batch weighs that is due; absent: none is. */
  get ripeBytes(): number | undefined {
    return this.#ripest()?.bytes;
  }

  put(record: ContainerRecord, bytes: number): void {
    (record.kind === 'log' ? this.#log : this.#other).add(record, bytes);
  }

  /** Logs, from one index to another, which weigh what `weights` says there. */
  putLogs(records: Records, weights: readonly number[], from: number, to: number): void {
    this.#log.addRun(records, weights, from, to);
  }

  /** Notes how far a log was read with the last log. False where no log is in. */
  mark(mark: LogMark): boolean {
    if (this.#log.records === 0) return false;
    this.#log.mark(mark);
    return true;
  }

  /** Makes them due. */
  ripen(): void {
    this.#log.ripen();
    this.#other.ripen();
  }

  /** Cuts the batch that is due, if one is; the older of two. */
  cutRipe(): void {
    this.#cutOpen(this.#ripest());
  }

  /** Cuts the older batch, or the one of this content. */
  cutOldest(content?: Content): void {
    if (content === undefined) this.#cutOpen(this.#older());
    else this.#cutOpen(content === 'log' ? this.#log : this.#other);
  }

  /** Cuts what began before this time of the monotonic clock, or then. */
  cutSince(latestMs: number): void {
    for (const batcher of [this.#log, this.#other])
      if (batcher.sinceMs !== undefined && batcher.sinceMs <= latestMs) this.#cutOpen(batcher);
  }

  /** Sets no timers any more. */
  close(): void {
    this.#log.close();
    this.#other.close();
  }

  #cutOpen(batcher: Batcher | undefined): void {
    const entry = batcher?.cut();
    if (entry) this.#cut(entry);
  }

  #ripest(): Batcher | undefined {
    if (this.#log.ripe && this.#other.ripe) return this.#older();
    return [this.#log, this.#other].find(({ ripe }) => ripe);
  }

  /** The batch that began first; absent: they are empty. */
  #older(): Batcher | undefined {
    const [log, other] = [this.#log.sinceMs, this.#other.sinceMs];
    if (log === undefined) return other === undefined ? undefined : this.#other;
    return other !== undefined && other < log ? this.#other : this.#log;
  }
}
