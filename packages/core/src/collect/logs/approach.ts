import { type LogPosition, PositionLostError } from '../../decode/resume.ts';
import { earlier, sinceOf } from '../../decode/timestamp.ts';
import { type GapReason, gapReasons } from '../gap-reasons.ts';
import { DamagedLogError } from './end-check.ts';
import type { Probe, Range } from './probe.ts';
import type { LogStart } from './start.ts';
import type { LogOwner } from './store.ts';
import { surveyOf, type WayOn, wayOn } from './survey.ts';

export interface ApproachSettings {
  readonly container: LogOwner;
  readonly probe: Probe;
  /** Told that lines may be missing. */
  readonly gap: (reason: GapReason) => void;
}

// Engine 20.10 leaves out every line before `since`, and times run backwards by milliseconds.
const sinceMarginMs = 5_000;
const oneNanosecondMs = 1e-6;
// Some logs never stand still.
const mostOutgrown = 5;
const epoch = '1970-01-01T00:00:00.000000000Z';

/**
 * How far from the end of a log its known last line is sought, one after the other; then by its time. From the
 * end it costs the engine least, as `since` makes it read the log from its beginning. It also is what still
 * works where the clock was set back.
 */
const tails = [1_000, 4_000, 16_000, 64_000];

/** Whether the engine answered, and what is known of the log was not in its answer. */
export function isAstray(failure: unknown): boolean {
  return failure instanceof PositionLostError || failure instanceof DamagedLogError;
}

/** What to ask the engine for, so that the known last line of a log comes again. */
export class Approach {
  readonly #settings: ApproachSettings;
  readonly #probe: Probe;
  /** Index into {@link tails}; behind its end: by time. */
  #step = 0;
  /** Once the line was not where it should be: where it is, or what takes its place. */
  #way: WayOn | undefined;
  #hasSaidGap = false;
  #outgrown = 0;

  constructor(settings: ApproachSettings) {
    this.#settings = settings;
    this.#probe = settings.probe;
  }

  /** To be called when the line was found. */
  found(): void {
    this.#step = 0;
    this.#way = undefined;
    this.#hasSaidGap = false;
    this.#outgrown = 0;
  }

  /** `time` where the line itself cannot be told any more. */
  resumeBy(position: LogPosition | undefined): 'line' | 'time' {
    return this.#isTorn(position) || this.#way?.by === 'time' ? 'time' : 'line';
  }

  /** Where the next connection begins. */
  range(position: LogPosition | undefined, start: LogStart): Range {
    if (this.#way !== undefined) return this.#way.range;
    if (position?.after === undefined) return startRange(start);
    const tail = tails[this.#step];
    return tail === undefined || this.#isTorn(position)
      ? { since: this.#since(position) }
      : { tail };
  }

  /**
   * The time of the log's last entry, where the next connection has to bring it; else empty. Where it is to
   * follow, the log's end is surveyed. Throws {@link DamagedLogError}; rejects as the engine does.
   */
  async expected(
    position: LogPosition | undefined,
    isFollowing: boolean,
    signal: AbortSignal,
  ): Promise<string> {
    if (position?.after === undefined || this.#way !== undefined || this.#isTorn(position))
      return '';
    if (!isFollowing) return this.#probe.newest(signal);
    let { newest, isWhole } = await surveyOf(this.#probe, signal);
    // The log may have been rotated meanwhile.
    if (!isWhole) ({ newest, isWhole } = await surveyOf(this.#probe, signal));
    if (!isWhole) throw new DamagedLogError('resuming a log: its end cannot be read as a whole');
    return newest;
  }

  /**
   * After a failure that {@link isAstray}: looks for the line further back, in the end for whatever way on there
   * is. Answers with the time up to which lines should be read before, where there is one. Rejects as the engine
   * does.
   */
  async further(
    failure: unknown,
    position: LogPosition | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    this.#step = failure instanceof DamagedLogError ? tails.length + 1 : this.#step + 1;
    if (this.#step <= tails.length || position === undefined) return undefined;
    const way = await wayOn(position, this.#since(position), this.#probe, signal);
    this.#way = way;
    if (way.by === 'line') return undefined;
    this.#sayGap(way, position);
    return way.first === undefined ? undefined : earlier(way.first, oneNanosecondMs);
  }

  /**
   * To be called when something came. Throws {@link DamagedLogError} where the log has grown since it was looked at,
   * so that lines right behind the damage are left out.
   */
  checkStart(come: { readonly firstTime: string }): void {
    const first = this.#way?.first;
    if (first === undefined || this.#outgrown >= mostOutgrown || come.firstTime <= first) return;
    this.#outgrown++;
    throw new DamagedLogError(
      `reading a log: it has grown, and what begins at ${first} did not come`,
    );
  }

  /** What can be read before the place where a way on begins. */
  rangeBefore(position: LogPosition): Range {
    return { since: this.#since(position) };
  }

  /** Once, however often the way on is looked for. */
  #sayGap(way: WayOn, position: LogPosition): void {
    if (this.#hasSaidGap) return;
    this.#hasSaidGap = true;
    const time = position.after?.time ?? 'the last connection';
    const { line_gone, line_before_damage } = gapReasons;
    this.#settings.gap(way.first === undefined ? line_gone(time) : line_before_damage(time));
  }

  #since(position: LogPosition): string {
    const marginMs = this.#isTorn(position) ? -oneNanosecondMs : sinceMarginMs;
    const { after } = position;
    return sinceOf(after === undefined ? epoch : earlier(after.time, marginMs));
  }

  /**
   * Whether a TTY's last line was ended only by its container's stop. The unframed stream would run it
   * together with the next run's first line, so it must not come again.
   */
  #isTorn(position: LogPosition | undefined): boolean {
    return this.#settings.container.tty && position?.after?.isTerminated === false;
  }
}

function startRange(start: LogStart): Range {
  if (start.kind === 'beginning') return {};
  const { time, tail } = start;
  return { since: sinceOf(time), ...(tail === undefined ? {} : { tail }) };
}
