import type { LogMark } from '../../decode/mark.ts';
import type { LogPosition } from '../../decode/resume.ts';
import type { FirstPlace, LogStart } from './start.ts';

/** Where reading of a log goes on. */
export interface LogPlace extends FirstPlace {
  /** Absent: no line was handed on yet, `start` counts. */
  readonly position?: LogPosition;
}

/** The place that a mark names, in a log that would begin at `first` without it. */
export function placeOf(mark: LogMark | undefined, first: FirstPlace): LogPlace {
  if (mark === undefined) return first;
  const { position, ended } = mark;
  return {
    start: first.start,
    ...(position === undefined ? {} : { position }),
    ...(ended === undefined ? {} : { ended }),
  };
}

/** The place as a lane remembers it. */
export function markOf(
  { id, name }: { readonly id: string; readonly name: string },
  { position, ended }: LogPlace,
): LogMark {
  return {
    containerId: id,
    name,
    ...(position === undefined ? {} : { position }),
    ...(ended === undefined ? {} : { ended }),
  };
}

/** Whether nothing stands between the two. */
export function isSamePlace(a: LogPlace, b: LogPlace): boolean {
  if (a === b) return true;
  if (a.position === undefined || b.position === undefined)
    return a.position === b.position && sameText(a.start, b.start);
  return a.position === b.position || sameText(a.position, b.position);
}

/**
 * About how far on a place is, to choose between several: the time of its youngest line. Times do not order a
 * log exactly, so nothing else may rest on it.
 */
export function timeOfPlace({ position, start }: LogPlace): string {
  if (position === undefined) return start.kind === 'since' ? start.time : '';
  const times = [position.after, ...position.youngest].map((line) => line?.time ?? '');
  return times.toSorted().at(-1) ?? '';
}

function sameText(a: LogPosition | LogStart, b: LogPosition | LogStart): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
