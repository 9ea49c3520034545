import type { DropReason } from '@tallyman/sdk';

/** Where every record offered to a lane is, at one moment: `offered = delivered + Σ dropped + held`. */
export interface AccountSnapshot {
  readonly offered: number;
  readonly delivered: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  readonly held: number;
}

/**
 * A lane's account. Offered is counted where records are read, delivered where a write is acknowledged,
 * held by walking the queues: three independent counts, so that the balance can be wrong and be seen to be.
 */
export class Account {
  #offered = 0;
  #delivered = 0;
  readonly #dropped: Partial<Record<DropReason, number>> = {};

  offered(records: number): void {
    this.#offered += records;
  }

  delivered(records: number): void {
    this.#delivered += records;
  }

  dropped(reason: DropReason, records: number): void {
    if (records > 0) this.#dropped[reason] = (this.#dropped[reason] ?? 0) + records;
  }

  snapshot(held: number): AccountSnapshot {
    return {
      offered: this.#offered,
      delivered: this.#delivered,
      dropped: { ...this.#dropped },
      held,
    };
  }
}
