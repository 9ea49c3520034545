import type { ContainerDetails } from '../../decode/inspect.ts';
import type { LanePort } from '../../ship/lane-port.ts';
import type { Lag } from './audience.ts';
import type { FollowedSettings } from './followed.ts';
import type { LogTally } from './tally.ts';

/** One container whose log is, or was, read in one way or another. */
export interface CollectedLog {
  readonly tally: LogTally;
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
