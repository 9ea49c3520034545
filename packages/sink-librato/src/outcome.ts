import { type PartialOutcome, partial, SinkError } from '@tallyman/sdk';
import type { Answered, AnsweredPoints } from './partly-done.ts';

/** Why a record, or a part of it, was not taken. A word of the account's, or the service's words. */
export interface Refusal {
  readonly reason: string;
  /** The service's answer as an error; absent where it was never asked. */
  readonly error?: SinkError;
}

/** What has become of each record of a batch so far. */
export class Outcome {
  readonly #records: number;
  /** Of each record, how many parts the service has yet to take. */
  readonly #open = new Map<number, number>();
  readonly #refusals = new Map<number, Refusal>();
  /** Of each record, by part. */
  readonly #answered = new Map<number, Map<string, Answered>>();
  #accepted = 0;
  #failure: SinkError | undefined;

  constructor(records: number) {
    this.#records = records;
  }

  /** Whether something failed that is not the records' fault: nothing more is to be sent. */
  get stopped(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether the service has taken anything. */
  get hasAccepted(): boolean {
    return this.#accepted > 0;
  }

  /** One part more of a record is to be sent. */
  expect(record: number): void {
    this.#open.set(record, (this.#open.get(record) ?? 0) + 1);
  }

  accept(record: number, part: string): void {
    this.#accepted += 1;
    this.#close(record, part, 'accepted');
  }

  /** A part that was expected will never be taken. */
  refuse(record: number, part: string, refusal: Refusal): void {
    this.drop(record, refusal);
    this.#close(record, part, refusal);
  }

  /** The record counts as dropped, whatever becomes of its parts. */
  drop(record: number, refusal: Refusal): void {
    if (!this.#refusals.has(record)) this.#refusals.set(record, refusal);
  }

  /** What the service answered to parts of this record, if others are left; undefined where none is. */
  answeredOf(record: number): AnsweredPoints | undefined {
    return this.#open.has(record) ? (this.#answered.get(record) ?? new Map()) : undefined;
  }

  /** Nothing more can be sent now. The first error counts. */
  stop(error: SinkError): void {
    this.#failure ??= error;
  }

  /** Throws what `write` rejects with, unless every record was accepted. */
  settle(): void {
    const failure = this.#failure;
    const retry = [...this.#open.keys()].toSorted((a, b) => a - b);
    // What was refused once is refused again with what is left of its record.
    const drop = [...this.#refusals]
      .filter(([index]) => !this.#open.has(index))
      .toSorted(([a], [b]) => a - b)
      .map(([index, { reason }]) => ({ index, reason }));
    if (failure !== undefined) throw this.#failedWith(failure, { retry, drop });
    if (drop.length === 0) return;
    throw this.#records === 1 ? this.#onlyRefusal() : partial({ drop });
  }

  /** In part, where that is worth it: a partial error cannot say that credentials are refused. */
  #failedWith(failure: SinkError, { retry = [], drop = [] }: PartialOutcome): SinkError {
    const isCredentials = failure.status === 401 || failure.status === 403;
    const isWhole = retry.length === this.#records;
    if (isCredentials || isWhole) return failure;
    const message = `${failure.message}; ${retry.length} of ${this.#records} records are left`;
    const { retryAfterMs } = failure;
    const pause = retryAfterMs === undefined ? {} : { retryAfterMs };
    return new SinkError('partial', message, { cause: failure, retry, drop, ...pause });
  }

  #onlyRefusal(): SinkError {
    const [[index, { reason, error }] = [0, { reason: 'refused' }]] = this.#refusals;
    return error ?? partial({ drop: [{ index, reason }] });
  }

  #close(record: number, part: string, answered: Answered): void {
    const parts = this.#answered.get(record) ?? new Map<string, Answered>();
    this.#answered.set(record, parts.set(part, answered));
    const left = (this.#open.get(record) ?? 1) - 1;
    if (left > 0) this.#open.set(record, left);
    else this.#open.delete(record);
  }
}
