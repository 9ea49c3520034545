import type { ContainerRecord, DropReason, RecordKind, SinkNeed } from '@tallyman/sdk';
import type { AccountSnapshot } from '../vitals/account.ts';

/** What the router needs of a lane. */
export interface LanePort {
  readonly name: string;
  readonly kinds: ReadonlySet<RecordKind>;
  /** What its sink needs beyond the records. */
  readonly needs: ReadonlySet<SinkNeed>;
  /**
   * Takes records, in order, and says how many of them, from the front. Less than all only where the lane is
   * full and its policy is to wait; the caller then waits for {@link LanePort.room} or refuses the rest.
   * Counts what it takes as offered.
   */
  offer(records: readonly ContainerRecord[]): number;
  /** Counts records as offered and dropped at once. */
  refuse(records: number, reason: DropReason): void;
  /** Resolves when the lane can take records again; at once if it can now. Rejects with the signal's reason. */
  room(signal: AbortSignal): Promise<void>;
  account(): AccountSnapshot;
}
