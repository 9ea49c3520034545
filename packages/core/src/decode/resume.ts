import { instantOf, isLater, timeOf } from './instant.ts';
import type { Line } from './lines.ts';
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

/** What of a line its place in the log consists of, beside the stream. */
export type PassedLine = Pick<Line, 'seconds' | 'nanos' | 'ordinal' | 'isTerminated'>;

/** A line that reading has passed. One object for all that pass one after the other: most are asked for nothing. */
class TrackedLine implements PassedLine {
  stream: StreamName;
  seconds = 0;
  nanos = 0;
  ordinal = 0;
  isTerminated = true;
  /** As it was given, where it was given as text. */
  #time: string | undefined;

  constructor(stream: StreamName) {
    this.stream = stream;
  }

  static from({ stream, time, ordinal = 0, isTerminated = true }: Youngest & Partial<LineRef>) {
    const line = new TrackedLine(stream);
    line.set(stream, { ...instantOf(time), ordinal, isTerminated });
    line.#time = time;
    return line;
  }

  set(stream: StreamName, { seconds, nanos, ordinal, isTerminated }: PassedLine): void {
    this.stream = stream;
    this.seconds = seconds;
    this.nanos = nanos;
    this.ordinal = ordinal;
    this.isTerminated = isTerminated;
    this.#time = undefined;
  }

  get youngest(): Youngest {
    this.#time ??= timeOf(this);
    return { stream: this.stream, time: this.#time };
  }

  get ref(): LineRef {
    return { ...this.youngest, ordinal: this.ordinal, isTerminated: this.isTerminated };
  }
}

type Youngest = LogPosition['youngest'][number];

/** Follows what is handed on, so that a cut connection can be resumed without gap or repeat. */
export class PositionTracker {
  #after: TrackedLine | undefined;
  readonly #ahead: Map<StreamName, TrackedLine>;
  /** By the stream of a line that has begun: the last line of the other stream that passed since. */
  readonly #overtakers = new Map<StreamName, TrackedLine>();
  readonly #youngest: Map<StreamName, TrackedLine>;

  constructor(start: LogPosition | undefined) {
    this.#after = start?.after && TrackedLine.from(start.after);
    this.#ahead = byStream((start?.ahead ?? []).map((line) => TrackedLine.from(line)));
    this.#youngest = byStream((start?.youngest ?? []).map((line) => TrackedLine.from(line)));
  }

  /** To be called when a line of this stream has begun and not ended. */
  began(stream: StreamName): void {
    this.#overtakers.delete(stream);
  }

  /** To be called with each line that came again and was withheld. */
  withheld(stream: StreamName, line: PassedLine): void {
    this.#overtakes(stream, line);
  }

  /** To be called with each line that was handed on, and whether any line has begun and not ended then. */
  passed(stream: StreamName, line: PassedLine, isAnyOpen: boolean): void {
    this.#overtakes(stream, line);
    const youngest = this.#youngest.get(stream);
    if (youngest === undefined || isLater(line, youngest))
      put(this.#youngest, stream, stream, line);
    if (isAnyOpen) {
      put(this.#ahead, stream, stream, line);
      return;
    }
    this.#after ??= new TrackedLine(stream);
    this.#after.set(stream, line);
    if (this.#ahead.size > 0) this.#ahead.clear();
    // A line without an ending is found again by its beginning: what overtook it is not before it then.
    const overtaker = line.isTerminated ? undefined : this.#overtakers.get(stream);
    if (overtaker !== undefined) put(this.#ahead, overtaker.stream, overtaker.stream, overtaker);
  }

  /** Where reading stands. */
  get position(): LogPosition | undefined {
    if (this.#after === undefined && this.#ahead.size === 0) return undefined;
    return {
      ...(this.#after === undefined ? {} : { after: this.#after.ref }),
      ahead: this.#ahead.size === 0 ? nothing : Array.from(this.#ahead.values(), ({ ref }) => ref),
      youngest: Array.from(this.#youngest.values(), ({ youngest }) => youngest),
    };
  }

  #overtakes(stream: StreamName, line: PassedLine): void {
    put(this.#overtakers, stream === 'stdout' ? 'stderr' : 'stdout', stream, line);
  }
}

const nothing: readonly LineRef[] = [];

/** Overwrites the line of this key. */
function put(
  lines: Map<StreamName, TrackedLine>,
  key: StreamName,
  stream: StreamName,
  line: PassedLine,
): void {
  let known = lines.get(key);
  if (known === undefined) {
    known = new TrackedLine(stream);
    lines.set(key, known);
  }
  known.set(stream, line);
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
