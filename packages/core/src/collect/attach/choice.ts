import type { ContainerDetails } from '../../decode/inspect.ts';
import type { LogSettings } from '../../settings.ts';

/** How a container's log is read: from the engine's log, as it is printed, or not at all. */
export type ReaderChoice = 'engine' | 'attach' | 'none';

/** What an engine says of a log: `unknown` until it was asked. */
type Readability = 'unknown' | 'not_readable';

/** What else is known of a container. */
export interface Known {
  readonly readability?: Readability;
  /** Whether it was attached to at its creation. */
  readonly isAnnounced?: boolean;
}

/**
 * Which reader a container gets. An attached container is read without a place to go on from, and a reader that
 * stands still stops the container: so only where nothing else is left, and where the configuration asks.
 */
export function readerFor(
  container: Pick<ContainerDetails, 'logDriver' | 'isRemovedOnExit' | 'isRunning' | 'startedAt'>,
  logs: Pick<LogSettings, 'reader' | 'rm'>,
  { readability = 'unknown', isAnnounced = false }: Known = {},
): ReaderChoice {
  // Docker keeps nothing for this driver; what others send elsewhere, engines since 20.10 keep a copy of.
  const isReadable = readability !== 'not_readable' && container.logDriver !== 'none';
  if (!isReadable) return logs.reader === 'attach' ? 'attach' : 'none';
  const isBeforeItsFirstRun = !container.isRunning && container.startedAt === undefined;
  const mayBeGoneUnread = container.isRemovedOnExit && (isBeforeItsFirstRun || isAnnounced);
  return mayBeGoneUnread && logs.rm === 'attach' ? 'attach' : 'engine';
}
