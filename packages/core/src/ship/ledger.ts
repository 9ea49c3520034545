import type { LogMark } from '../decode/mark.ts';
import type { LanePositions } from '../state/lane-state.ts';
import type { Entry } from './entry.ts';
import { LinkedSet } from './linked-set.ts';

/**
 * The unsettled batches of logs in the lane's order. It moves the lane's positions: a mark is `delivered` once all
 * up to it is settled, and `stored` once all up to it is settled or on disk, in whatever order that happens.
 */
export class Ledger {
  readonly #positions: Pick<LanePositions, 'stored' | 'delivered'>;
  readonly #entries = new LinkedSet<Entry>();
  /** The last entry before which, and with which, all are on disk. */
  #safe: Entry | undefined;

  constructor(positions: Pick<LanePositions, 'stored' | 'delivered'>) {
    this.#positions = positions;
  }

  /** Adds the youngest batch. */
  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#extendSafe();
  }

  /** Notes how far a log was read with all that was added until now. */
  mark(mark: LogMark): void {
    const youngest = this.#entries.last;
    if (!youngest) {
      this.#positions.delivered(mark);
      return;
    }
    youngest.mark(mark);
    if (youngest.isSafe) this.#positions.stored(mark);
  }

  /** Notes that the batch is on disk. */
  stored(): void {
    this.#extendSafe();
  }

  /**
   * Takes out a batch of which nothing is left. Its marks wait with the batch before it: once that is settled
   * with all before it, so is this one. So nothing is kept here of what is settled out of turn.
   */
  settled(entry: Entry): void {
    const before = this.#entries.before(entry);
    if (this.#safe === entry) this.#safe = before;
    this.#entries.delete(entry);
    for (const mark of entry.marks) {
      if (!before) this.#positions.delivered(mark);
      else {
        before.mark(mark);
        if (before.isSafe && !entry.isSafe) this.#positions.stored(mark);
      }
    }
    this.#extendSafe();
  }

  #extendSafe(): void {
    let next = this.#safe ? this.#entries.after(this.#safe) : this.#entries.first;
    while (next?.stored) {
      next.isSafe = true;
      this.#safe = next;
      for (const mark of next.marks) this.#positions.stored(mark);
      next = this.#entries.after(next);
    }
  }
}
