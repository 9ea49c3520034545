import type { LogMark } from '../decode/mark.ts';
import type { Spool } from '../ship/spool/spool.ts';

/** What one lane keeps beyond the process: how far it has settled each log, and what it holds on disk. */
export interface LaneState {
  readonly positions: LanePositions;
  /** Absent: the lane holds in memory alone. */
  readonly spool?: Spool;
}

/**
 * How far each container's log is settled for one lane. Two marks a container: `delivered` (all up to it was
 * delivered, or dropped and counted) and `stored` (or is safe on disk). Marks are given in the log's order.
 */
export interface LanePositions {
  /** When the lane's state was born, on the engine's clock: a log that is younger is read from its beginning. */
  readonly bornAt: string;
  /** Where reading goes on for this lane. */
  get(containerId: string): LogMark | undefined;
  /** All containers there are marks of. */
  marks(): readonly LogMark[];
  /** Everything up to the mark is on disk or settled. */
  stored(mark: LogMark): void;
  /** Everything up to the mark is settled; implies {@link LanePositions.stored}, unless that is further already. */
  delivered(mark: LogMark): void;
  /** The container is no more. */
  forget(containerId: string): void;
}
