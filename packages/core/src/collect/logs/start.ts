import type { ContainerDetails } from '../decode/inspect.ts';
import { earlier, sinceOf } from '../decode/timestamp.ts';
import type { LogSettings } from '../settings.ts';

/** Where reading a log begins; `none` where what is there already is not wanted. */
export type LogStart =
  | { readonly kind: 'beginning' }
  /** `tail`: so many entries from the end at most, so that the engine need not read a long log for a few lines. */
  | { readonly kind: 'since'; readonly since: string; readonly tail?: number }
  | { readonly kind: 'none' };

// More than a container prints between the agent's start and the opening of its log.
const sinceBirthLines = 1_000;

/**
 * Where to begin with a container that is seen for the first time. `bornAt` is the agent's start, on the
 * engine's clock: what began after it is read whole, for the rest `start_at` decides.
 */
export function logStartOf(
  container: Pick<ContainerDetails, 'isRunning' | 'createdAt' | 'startedAt' | 'finishedAt'>,
  startAt: LogSettings['startAt'],
  bornAt: string,
): LogStart {
  const isYounger = (time: string | undefined) => time !== undefined && time >= bornAt;
  if (isYounger(container.createdAt)) return { kind: 'beginning' };
  if (container.isRunning && isYounger(container.startedAt)) return runStartOf(container);
  if (startAt === 'beginning') return { kind: 'beginning' };
  if (startAt !== 'now') return sinceTime(earlier(bornAt, startAt.agoMs));
  return container.isRunning
    ? { kind: 'since', since: sinceOf(bornAt), tail: sinceBirthLines }
    : { kind: 'none' };
}

/**
 * The beginning of a container's present run. The end of the run before bounds it exactly; `StartedAt` does
 * not: the engine sets it after the process began to print.
 */
export function runStartOf({ finishedAt }: Pick<ContainerDetails, 'finishedAt'>): LogStart {
  return finishedAt === undefined ? { kind: 'beginning' } : sinceTime(finishedAt);
}

/** From a time on the engine's clock. */
export function sinceTime(time: string): LogStart {
  return { kind: 'since', since: sinceOf(time) };
}
