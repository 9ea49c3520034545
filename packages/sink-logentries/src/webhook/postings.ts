import { type ContainerRecord, isSinkError, messageOf, partial } from '@tallyman/sdk';

/** A record on its way, with its place in the batch. */
export interface Posting {
  readonly index: number;
  readonly record: ContainerRecord;
}

/** What becomes of the records of one batch, each of which is answered on its own. */
export class Postings {
  readonly #records: readonly ContainerRecord[];
  readonly #retry: number[] = [];
  readonly #drop: { readonly index: number; readonly reason: string }[] = [];
  #next = 0;
  #accepted = 0;
  #retryAfterMs = 0;
  /** The first that is no record's fault: what has not been posted by then waits. */
  #setback: unknown;

  constructor(records: readonly ContainerRecord[]) {
    this.#records = records;
  }

  take(): Posting | undefined {
    const record = this.#records[this.#next];
    if (this.#setback !== undefined || record === undefined) return undefined;
    return { index: this.#next++, record };
  }

  accepted(_posting: Posting): void {
    this.#accepted += 1;
  }

  refused({ index }: Posting, error: unknown): void {
    const isForGood = isSinkError(error) && error.disposition === 'permanent';
    if (isForGood) {
      const reason = error.status === 413 ? 'too_large' : messageOf(error);
      this.#drop.push({ index, reason });
      return;
    }
    this.#retry.push(index);
    this.#setback ??= error;
    if (isSinkError(error))
      this.#retryAfterMs = Math.max(this.#retryAfterMs, error.retryAfterMs ?? 0);
  }

  /** What to reject the batch with; undefined where all of it was accepted. */
  failure(): unknown {
    const setback = this.#setback;
    if (setback === undefined && this.#drop.length === 0) return undefined;
    const isNothingSettled = this.#accepted + this.#drop.length === 0;
    // Refused credentials are the lane's to know, although what was accepted will come again.
    if (isNothingSettled || isAboutCredentials(setback)) return setback;
    const unposted = [...this.#records.keys()].slice(this.#next);
    return partial({
      retry: [...this.#retry, ...unposted],
      drop: this.#drop,
      ...(this.#retryAfterMs > 0 && { retryAfterMs: this.#retryAfterMs }),
    });
  }
}

function isAboutCredentials(error: unknown): boolean {
  return isSinkError(error) && (error.status === 401 || error.status === 403);
}
