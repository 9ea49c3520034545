import { type Instant, instantOf, isLater } from './instant.ts';
import type { StreamName } from './log.ts';
import { millisecondsOf } from './timestamp.ts';

/** Names a line within its container's log; the same for every reader. */
export interface LineRef {
  readonly stream: StreamName;
  readonly time: string;
  readonly ordinal: number;
  /** Whether it was ended by `\n`, or only by its container's stop. */
  readonly isTerminated: boolean;
}

/**
 * How far a container's log was read. The log is one sequence of pieces, both streams interleaved, and its
 * times are not monotonic, so a place in it is named by a line.
 */
export interface LogPosition {
  /** This line, and everything that was complete before it, was handed on. Absent: nothing was. */
  readonly after?: LineRef;
  /**
   * While a long line of one stream is still in pieces, lines of the other overtake it. Of these streams,
   * everything up to this line was handed on too.
   */
  readonly ahead: readonly LineRef[];
  /** The youngest line of each stream that was handed on. */
  readonly youngest: readonly Pick<LineRef, 'stream' | 'time'>[];
}

/** The line that reading should go on after does not come again: the log was rotated, damaged, or the clock set back. */
export class PositionLostError extends Error {
  override readonly name = 'PositionLostError';
}

// Times run backwards by microseconds to milliseconds, between the two streams. So much later than anything that
// was handed on, the line will not come.
const lostAfterMs = 1_000;

/** A line that is handed on, with its time as it is compared. */
export interface PassedLine extends LineRef, Instant {}

type Youngest = Pick<PassedLine, 'stream' | 'time' | 'seconds' | 'nanos'>;

/** Follows what is handed on, so that a cut connection can be resumed without gap or repeat. */
export class PositionTracker {
  #after: LineRef | undefined;
  readonly #ahead: Map<StreamName, LineRef>;
  /** By the stream of a line that has begun: the last line of the other stream that passed since. */
  readonly #overtakers = new Map<StreamName, LineRef>();
  readonly #youngest: Map<StreamName, Youngest>;

  constructor(start: LogPosition | undefined) {
    this.#after = start?.after;
    this.#ahead = byStream(start?.ahead ?? []);
    const youngest = start?.youngest ?? [];
    this.#youngest = byStream(youngest.map((line) => ({ ...line, ...instantOf(line.time) })));
  }

  /** To be called when a line of this stream has begun and not ended. */
  began(stream: StreamName): void {
    this.#overtakers.delete(stream);
  }

  /** To be called with each line that came again and was withheld. */
  withheld(line: LineRef): void {
    this.#overtakes(line);
  }

  /** To be called with each line that was handed on, and whether any line has begun and not ended then. */
  passed(line: PassedLine, isAnyOpen: boolean): void {
    this.#overtakes(line);
    const youngest = this.#youngest.get(line.stream);
    if (youngest === undefined || isLater(line, youngest)) this.#youngest.set(line.stream, line);
    if (isAnyOpen) {
      this.#ahead.set(line.stream, line);
      return;
    }
    this.#after = line;
    if (this.#ahead.size > 0) this.#ahead.clear();
    // A line without an ending is found again by its beginning: what overtook it is not before it then.
    const overtaker = line.isTerminated ? undefined : this.#overtakers.get(line.stream);
    if (overtaker !== undefined) this.#ahead.set(overtaker.stream, overtaker);
  }

  /** Where reading stands. Of the lines themselves nothing is kept from here on. */
  get position(): LogPosition | undefined {
    if (this.#after === undefined && this.#ahead.size === 0) return undefined;
    if (this.#after !== undefined) this.#after = refOf(this.#after);
    for (const lines of [this.#ahead, this.#overtakers])
      for (const [stream, line] of lines) lines.set(stream, refOf(line));
    for (const [key, { stream, time, seconds, nanos }] of this.#youngest)
      this.#youngest.set(key, { stream, time, seconds, nanos });
    return {
      ...(this.#after === undefined ? {} : { after: this.#after }),
      ahead: [...this.#ahead.values()],
      youngest: [...this.#youngest.values()].map(({ stream, time }) => ({ stream, time })),
    };
  }

  #overtakes(line: LineRef): void {
    this.#overtakers.set(line.stream === 'stdout' ? 'stderr' : 'stdout', line);
  }
}

function refOf({ stream, time, ordinal, isTerminated }: LineRef): LineRef {
  return { stream, time, ordinal, isTerminated };
}

function byStream<L extends Pick<LineRef, 'stream'>>(lines: readonly L[]): Map<StreamName, L> {
  return new Map(lines.map((line) => [line.stream, line]));
}

const epoch = '1970-01-01T00:00:00.000000000Z';

/** Withholds the lines that were handed on before the connection was cut. */
export class Resume {
  readonly #position: LogPosition;
  readonly #mode: 'line' | 'time';
  #isPast: boolean;
  readonly #ahead: Map<StreamName, LineRef>;
  readonly #youngest: Map<StreamName, Pick<LineRef, 'stream' | 'time'>>;
  readonly #lostAtMs: number;
  /** The line that reading goes on after, while it has begun to come again and not ended. */
  #begun: LineRef | undefined;
  readonly #tail: number;
  #sought = 0;
  readonly #firstTimes = new Map<StreamName, string>();

  /**
   * `mode: 'time'` is for a position that was lost: whatever is younger than it passes. `tail`: so many entries
   * from the log's end come at first; a line that is not among them does not come again.
   */
  constructor(position: LogPosition, mode: 'line' | 'time' = 'line', tail?: number) {
    this.#position = position;
    this.#mode = mode;
    this.#tail = tail ?? Number.POSITIVE_INFINITY;
    this.#isPast = position.after === undefined;
    this.#ahead = byStream(position.ahead);
    this.#youngest = byStream(position.youngest);
    const times = position.youngest.map(({ time }) => millisecondsOf(time));
    this.#lostAtMs =
      Math.max(...times, millisecondsOf(position.after?.time ?? epoch)) + lostAfterMs;
  }

  /** Whether nothing is withheld any more. */
  get isDone(): boolean {
    if (this.#mode === 'time') return false;
    return this.#isPast && this.#ahead.size === 0 && this.#begun === undefined;
  }

  /** Whether all that was handed on has come again, be it that its last line is not ended yet. */
  get hasFound(): boolean {
    return this.#isPast && this.#ahead.size === 0;
  }

  /** Whether the line is new. Throws {@link PositionLostError}. */
  isNew(line: LineRef): boolean {
    if (this.#mode === 'time') return this.#isYounger(line);
    if (!this.#isPast) return this.#seek(line);
    if (this.#begun !== undefined && isSame(this.#begun, line)) {
      this.#begun = undefined;
      return false;
    }
    const last = this.#ahead.get(line.stream);
    if (last === undefined) return true;
    if (isSame(last, line)) this.#ahead.delete(line.stream);
    return false;
  }

  /**
   * Tells of a line that has begun. A line that only its container's stop had ended is found by its
   * beginning: when it ends depends on what the same stream prints next.
   */
  begun(line: Place): void {
    this.#note(line);
    const after = this.#position.after;
    if (this.#isPast || after === undefined || after.isTerminated || !this.#is(after, line)) return;
    this.#isPast = true;
    this.#begun = after;
  }

  #seek(line: LineRef): false {
    this.#note(line);
    const after = this.#position.after;
    if (after === undefined || this.#is(after, line)) {
      this.#isPast = true;
      return false;
    }
    if (millisecondsOf(line.time) > this.#lostAtMs || ++this.#sought >= this.#tail)
      throw new PositionLostError(
        `resuming a log: the line of ${after.time} did not come again, the log goes on at ${line.time}`,
      );
    return false;
  }

  /**
   * Whether this is the line. A tail may begin within a line, or among several of one time: what has the first
   * time of its stream is told by its ordinal only where that is 0, and not where other lines may have passed it.
   * (Then it is mistaken only where its neighbour shares its nanosecond, and the tail begins between the two.)
   */
  #is(sought: LineRef, line: Place): boolean {
    if (!isSame(sought, line)) return false;
    if (this.#tail === Number.POSITIVE_INFINITY || !this.#isFirstTime(line)) return true;
    return line.ordinal === 0 && sought.isTerminated && this.#position.ahead.length === 0;
  }

  #isFirstTime({ stream, time }: Place): boolean {
    return (this.#firstTimes.get(stream) ?? time) === time;
  }

  #note({ stream, time }: Place): void {
    if (!this.#firstTimes.has(stream)) this.#firstTimes.set(stream, time);
  }

  #isYounger(line: LineRef): boolean {
    return line.time > (this.#youngest.get(line.stream)?.time ?? '');
  }
}

type Place = Pick<LineRef, 'stream' | 'time' | 'ordinal'>;

/** Whether both name the same line. */
export function isSame(a: Place, b: Place): boolean {
  return a.time === b.time && a.ordinal === b.ordinal && a.stream === b.stream;
}
