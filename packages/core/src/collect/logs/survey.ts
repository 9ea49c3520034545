import type { LogPosition } from '../../decode/resume.ts';
import type { Probe, Range, Sight } from './probe.ts';

/**
 * The end of a log as the engine reads it. At a place that was damaged, e.g. by a power cut, engines end their
 * answer without a word (since moby 23), or leave out lines and go on (20.10). What they count from the end by
 * is the lines in the file, so an answer that leads over such a place has fewer entries than were asked for.
 */
export interface Survey {
  /** The time of the last entry; empty where there is none. */
  readonly newest: string;
  /** Whether the last thousand entries, or all there are, can be read. */
  readonly isWhole: boolean;
}

const surveyed = 1_000;

export async function surveyOf(probe: Probe, signal: AbortSignal): Promise<Survey> {
  // Asked for first: what is printed meanwhile can only be more.
  const newest = await probe.newest(signal);
  const end = await probe.look({ tail: surveyed }, undefined, signal);
  if (end.newest < newest) return { newest, isWhole: false };
  if (end.entries === 0 || end.entries >= surveyed) return { newest, isWhole: true };
  // A short answer is all there is, if it comes where only so much is asked for.
  const again = await probe.look({ tail: end.entries }, undefined, signal);
  return { newest, isWhole: again.entries === end.entries };
}

/** How to go on with a log whose known last line is not where it was looked for. */
export interface WayOn {
  readonly range: Range;
  /** `time`: the line cannot be told any more, what is younger is new. */
  readonly by: 'line' | 'time';
  /** The time of the entry that the range begins with; what is older may be had in other ways. */
  readonly first?: string;
}

// More is not looked for one by one: it would take the engine too long.
const longestSuffix = 64_000;

/** Looks for the question that brings what is left. `since` would do, were the log whole. */
export async function wayOn(
  position: LogPosition,
  since: string,
  probe: Probe,
  signal: AbortSignal,
): Promise<WayOn> {
  const suffix = await wholeSuffix(position, probe, signal);
  const byTime = await probe.look({ since }, position, signal);
  if (suffix === undefined || !(await isDamaged(byTime, suffix, probe, signal)))
    return { range: { since }, by: byTime.hasKnownLine ? 'line' : 'time' };
  const range = { tail: suffix.entries };
  if (suffix.hasKnownLine) return { range, by: 'line' };
  return { range, by: 'time', first: suffix.first };
}

/** Whether an answer by time lacks what one from the end has, or one from a little further off does. */
async function isDamaged(
  byTime: Sight,
  suffix: Sight,
  probe: Probe,
  signal: AbortSignal,
): Promise<boolean> {
  if (byTime.newest < suffix.newest || byTime.younger < suffix.younger) return true;
  if (suffix.entries >= longestSuffix) return false;
  const more = await probe.look({ tail: suffix.entries + 1 }, undefined, signal);
  return more.entries < suffix.entries;
}

/** The longest answer from the log's end that leads over no damage; nothing where the log has no entry. */
async function wholeSuffix(
  position: LogPosition,
  probe: Probe,
  signal: AbortSignal,
): Promise<Sight | undefined> {
  let best: Sight | undefined;
  let [good, bad] = [0, longestSuffix + 1];
  for (let tail = 1; bad - good > 1; ) {
    const sight = await soundLook(tail, position, probe, signal);
    if (sight.entries === tail) [good, best] = [tail, sight];
    else bad = tail;
    const isGrowing = bad > longestSuffix;
    tail = isGrowing ? Math.min(good * 4, longestSuffix) : Math.floor((good + bad) / 2);
    if (good >= longestSuffix) break;
  }
  return best;
}

/** A short answer may also end within the entry that is being written: then the next one is as long as it should be. */
async function soundLook(
  tail: number,
  position: LogPosition,
  probe: Probe,
  signal: AbortSignal,
): Promise<Sight> {
  const sight = await probe.look({ tail }, position, signal);
  return sight.entries === tail ? sight : probe.look({ tail }, position, signal);
}
