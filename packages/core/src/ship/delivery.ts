import type { DropReason } from '@tallyman/sdk';
import type { Records } from '../decode/records.ts';
import { type HeldBatch, halvesOf, pieceOf } from './batch.ts';
import type { Entry } from './entry.ts';

/** A batch on its way, with what its attempts have taught. What is left of it inherits that. */
export class Delivery {
  readonly batch: HeldBatch;
  /** What the batch is, or is a piece of. */
  readonly entry: Entry;
  #attempts = 0;
  #firstAttemptMs: number | undefined;
  #lastError = '';
  #errorsInARow = 0;

  constructor(batch: HeldBatch, entry: Entry) {
    this.batch = batch;
    this.entry = entry;
  }

  /** 1 during the first attempt. */
  get attempts(): number {
    return this.#attempts;
  }

  begin(nowMs: number): void {
    this.#attempts += 1;
    this.#firstAttemptMs ??= nowMs;
  }

  /** Since the first attempt, also of the batch this one was cut from. */
  ageMs(nowMs: number): number {
    return this.#firstAttemptMs === undefined ? 0 : nowMs - this.#firstAttemptMs;
  }

  /** Notes the error's text and says how often in a row it came. */
  repeated(error: string): number {
    this.#errorsInARow = error === this.#lastError ? this.#errorsInARow + 1 : 1;
    this.#lastError = error;
    return this.#errorsInARow;
  }

  halves(nextId: () => string): Delivery[] {
    return halvesOf(this.batch, nextId).map((half) => this.#heir(half));
  }

  /** The records at these indexes, which are in order and at least one. */
  part(indexes: readonly number[], nextId: () => string): Delivery {
    const records = indexes.flatMap((index) => this.batch.records.at(index) ?? []);
    return this.#heir(pieceOf(this.batch, indexes[0] ?? 0, records, nextId));
  }

  #heir(batch: HeldBatch): Delivery {
    const heir = new Delivery(batch, this.entry);
    heir.#firstAttemptMs = this.#firstAttemptMs;
    heir.#lastError = this.#lastError;
    heir.#errorsInARow = this.#errorsInARow;
    return heir;
  }
}

/** What became of a batch in one attempt: each of its records is in exactly one of the three. */
export interface Outcome {
  readonly delivered: Records;
  readonly dropped: readonly Drop[];
  /** To be attempted again, oldest first. */
  readonly left: readonly Delivery[];
}

/** Whether the destination did not take the whole batch. */
export function hasFailed({ left, dropped }: Outcome): boolean {
  return left.length > 0 || dropped.length > 0;
}

/** Records that are given up. */
export interface Drop {
  readonly records: Records;
  readonly reason: DropReason;
  /** Why, in the destination's words. */
  readonly sample: string;
}
