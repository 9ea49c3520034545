import type { ContainerRecord, RecordKind, SinkNeed } from '@tallyman/sdk';
import type { LogChunk } from '../decode/mark.ts';
import type { LanePositions } from '../state/lane-state.ts';
import type { AccountSnapshot } from '../vitals/account.ts';

/** What collecting and routing need of a lane. */
export interface LanePort {
  readonly name: string;
  readonly kinds: ReadonlySet<RecordKind>;
  /** What its sink needs beyond the records. */
  readonly needs: ReadonlySet<SinkNeed>;
  /** How far the lane has settled each log. */
  readonly positions: LanePositions;
  /**
   * Takes all of a chunk, or nothing of it: only where the lane is full and its policy is to wait. Then the
   * caller may wait for {@link LanePort.room}, or come again later from the engine's own log. Counts what it
   * takes as offered. `history`: what is read again after the lane was away; it is not put on disk to make room,
   * and under any policy it waits until there is. Once the lane stops, nothing is taken.
   */
  offerLog(chunk: LogChunk, age: 'live' | 'history'): boolean;
  /** Takes records that cannot be read again. Where there is no room, the oldest such are dropped and counted. */
  offer(records: readonly ContainerRecord[]): void;
  /** Whether what the lane has just refused is worth waiting for: room is being made, by its sink or its disk. */
  makesRoom(age: 'live' | 'history'): boolean;
  /** Resolves when the lane can take such records again; at once if it can now. Rejects with the signal's reason. */
  room(age: 'live' | 'history', signal: AbortSignal): Promise<void>;
  account(): AccountSnapshot;
}
