import type { ContainerDetails } from '../../decode/inspect.ts';
import type { LogForm } from '../../decode/log-form.ts';
import type { ByteSource, LogQuery } from '../engine.ts';

/** What a reader has to know of the container whose log it reads. */
export type LogOwner = Pick<
  ContainerDetails,
  'id' | 'name' | 'tty' | 'logDriver' | 'rotatesLog' | 'keepsFullLogFiles'
>;

/** The bytes of a log, as far as they were asked for, and how they are written. */
export interface LogBytes extends ByteSource, LogForm {}

/** Where the logs of containers are read: the engine's answers, its files, or one or the other. */
export interface LogStore {
  /**
   * Opens a log for one reading of it. With `follow` the bytes end with the container's run, otherwise at the
   * log's present end. Rejects with an `EngineError` where it cannot be read, or with the signal's reason.
   */
  read(container: LogOwner, query: LogQuery, signal: AbortSignal): Promise<LogBytes>;
}
