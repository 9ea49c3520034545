import { type Batch, type RecordList, recordsOf, type SinkError } from '@tallyman/sdk';

/** One `write` under way. */
export class Load {
  readonly records: RecordList;
  /** The first record that is not on a connection yet. */
  next = 0;
  readonly #outcome = Promise.withResolvers<void>();
  readonly #signal: AbortSignal;
  readonly #onAbort: () => void;

  /** `takenBack` is called when the signal aborts while the load is unsettled. */
  constructor(batch: Batch, signal: AbortSignal, takenBack: (load: Load) => void) {
    this.records = recordsOf(batch);
    this.#signal = signal;
    this.#onAbort = () => takenBack(this);
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get outcome(): Promise<void> {
    return this.#outcome.promise;
  }

  get isWhole(): boolean {
    return this.next >= this.records.length;
  }

  deliver(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#outcome.resolve();
  }

  fail(error: SinkError): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#outcome.reject(error);
  }
}
