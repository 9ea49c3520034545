import type { ContainerDetails } from '../../decode/inspect.ts';
import type { LanePort } from '../../ship/lane-port.ts';
import type { Lag } from './audience.ts';
import type { FollowedSettings } from './followed.ts';
import type { LogTally, LogTotals } from './tally.ts';

/** How a container's log is read. */
export type LogReaderKind = 'engine' | 'file' | 'attach';

/** How a container's log is read, and what was read of it since the agent follows it. */
export interface LogReport extends LogTotals {
  readonly reader: LogReaderKind;
}

/** One container whose log is, or was, read in one way or another. */
export interface CollectedLog {
  readonly tally: LogTally;
  /** Absent: it cannot be read, or nobody takes it. */
  readonly reader: LogReaderKind | undefined;
  /** Whether anything of it is under way. */
  readonly isBusy: boolean;
  /** How far a lane is behind, where it is, and since when on the engine's clock. */
  lagOf(lane: LanePort): (Lag & { readonly since: string }) | undefined;
  /** Takes note of the container's new state, and reads where there is something to read. */
  changed(container: ContainerDetails): void;
  /** Goes on by other settings, and for other lanes. `anew`: what is being read is read in another way. */
  reconfigure(settings: FollowedSettings, reading: 'kept' | 'anew'): void;
  /** The container is no more: what is under way ends by itself. */
  gone(): void;
  /** Resolves when nothing of it is under way any more. */
  idle(): Promise<void>;
}
