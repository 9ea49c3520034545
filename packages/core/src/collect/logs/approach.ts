import type { Clock } from '@tallyman/sdk';
import type { ContainerDetails } from '../../decode/inspect.ts';
import { type LogPosition, PositionLostError } from '../../decode/resume.ts';
import { earlier, sinceOf } from '../../decode/timestamp.ts';
import type { Engine, LogQuery } from '../engine.ts';
import { DamagedLogError } from './end-check.ts';
import { newestLineTime, type WayOn, wayOn } from './probe.ts';
import type { LogStart } from './start.ts';

export interface ApproachSettings {
  readonly container: Pick<ContainerDetails, 'id' | 'tty'>;
  readonly engine: Engine;
  readonly clock: Clock;
  /** Told that lines may be missing. */
  readonly gap: (reason: string) => void;
}

type Range = Pick<LogQuery, 'since' | 'tail'>;

// Engine 20.10 leaves out every line before `since`, and times run backwards by milliseconds.
const sinceMarginMs = 5_000;
const oneNanosecondMs = 1e-6;
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
  /** Index into {@link tails}; behind its end: by time. */
  #step = 0;
  /** Once the line was not where it should be: where it is, or what takes its place. */
  #way: WayOn | undefined;

  constructor(settings: ApproachSettings) {
    this.#settings = settings;
  }

  /** To be called when the line was found. */
  found(): void {
    this.#step = 0;
    this.#way = undefined;
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

  /** The time of the log's last entry, where the next connection has to bring it; else empty. */
  async expected(position: LogPosition | undefined, signal: AbortSignal): Promise<string> {
    const { container, engine, clock } = this.#settings;
    if (position?.after === undefined || this.#way !== undefined || this.#isTorn(position))
      return '';
    return newestLineTime(container, engine, clock, signal);
  }

  /**
   * After a failure that {@link isAstray}: looks for the line further back, in the end for whatever way on there
   * is. Rejects as the engine does.
   */
  async further(
    failure: unknown,
    position: LogPosition | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { gap } = this.#settings;
    this.#step = failure instanceof DamagedLogError ? tails.length + 1 : this.#step + 1;
    if (this.#step <= tails.length || position === undefined) return;
    const { container, engine, clock } = this.#settings;
    const sought = { container, position, since: this.#since(position) };
    this.#way = await wayOn(sought, engine, clock, signal);
    if (this.#way.by === 'line') return;
    const time = position.after?.time ?? 'the last connection';
    gap(`the line of ${time} cannot be found in the log any more; what is younger is read`);
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
