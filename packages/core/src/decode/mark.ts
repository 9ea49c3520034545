import type { ContainerLog } from '@tallyman/sdk';
import type { Records } from './records.ts';
import type { LogPosition } from './resume.ts';

/** How far a container's log was read, as a lane remembers it across runs of the agent. */
export interface LogMark {
  /** 64 hex digits. */
  readonly containerId: string;
  /** Its name, to speak of it once it is gone. */
  readonly name: string;
  /** Absent: nothing was handed on. */
  readonly position?: LogPosition;
  /** `FinishedAt` of the run that was read to its end, where reading stands at such an end. */
  readonly ended?: string;
}

/** Lines of one container, in the order of its log, and how far they lead. */
export interface LogChunk {
  /** May be empty: then only the mark moves. */
  readonly records: Records<ContainerLog>;
  /** Where reading stands after the last of the records. */
  readonly mark: LogMark;
}
