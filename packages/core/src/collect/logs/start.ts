import type { ContainerDetails } from '../../decode/inspect.ts';
import { earlier } from '../../decode/timestamp.ts';
import type { LogSettings } from '../../settings.ts';

/** Where reading a log begins that no line was read of yet. */
export type LogStart =
  | { readonly kind: 'beginning' }
  /** `tail`: so many entries from the end at most, so that the engine need not read a long log for a few lines. */
  | { readonly kind: 'since'; readonly time: string; readonly tail?: number };

/** Where to begin, and the end of the run up to which the log counts as read, where there is one. */
export interface FirstPlace {
  readonly start: LogStart;
  readonly ended?: string;
}

/** Births on the engine's clock: of what remembers the logs, and of this run of the agent. */
export interface Births {
  readonly stateAt: string;
  readonly agentAt: string;
}

type Seen = Pick<ContainerDetails, 'isRunning' | 'createdAt' | 'startedAt' | 'finishedAt'>;

// More than a container prints between the agent's start and the opening of its log.
const sinceBirthLines = 1_000;

/**
 * Where to begin with a container whose log was never read. What began after the birth of the state is read
 * whole, also where the agent was away meanwhile; for the rest `start_at` decides.
 */
export function firstPlaceOf(
  container: Seen,
  startAt: LogSettings['startAt'],
  { stateAt, agentAt }: Births,
): FirstPlace {
  const isYounger = (time: string | undefined) => time !== undefined && time >= stateAt;
  if (isYounger(container.createdAt)) return { start: { kind: 'beginning' } };
  if (container.isRunning && isYounger(container.startedAt))
    return { start: runStartOf(container) };
  if (startAt === 'beginning') return { start: { kind: 'beginning' } };
  if (startAt !== 'now') return { start: since(earlier(stateAt, startAt.agoMs)) };
  // It ran after the birth and has stopped since: nobody was there to see it.
  if (!container.isRunning && isYounger(container.finishedAt)) return { start: since(stateAt) };
  if (!container.isRunning) return { start: since(stateAt), ...endedAt(container) };
  return {
    start: stateAt < agentAt ? since(stateAt) : { ...since(stateAt), tail: sinceBirthLines },
  };
}

/**
 * The beginning of a container's present run. The end of the run before bounds it exactly; `StartedAt` does
 * not: the engine sets it after the process began to print.
 */
export function runStartOf({ finishedAt }: Pick<ContainerDetails, 'finishedAt'>): LogStart {
  return finishedAt === undefined ? { kind: 'beginning' } : since(finishedAt);
}

function since(time: string): Extract<LogStart, { kind: 'since' }> {
  return { kind: 'since', time };
}

function endedAt({ finishedAt }: Seen): Pick<FirstPlace, 'ended'> {
  return finishedAt === undefined ? {} : { ended: finishedAt };
}
