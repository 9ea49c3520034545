import { withoutCarriageReturn } from './console.ts';
import { earliest, type Instant, instantOf, isLater, isSameInstant, timeOf } from './instant.ts';
import { type Line, LineAssembler } from './lines.ts';
import { type LogSource, logWeight, type StreamName } from './log.ts';
import { LogColumns, type LogLines } from './log-columns.ts';
import type { LogForm } from './log-form.ts';
import { LogPieces } from './log-pieces.ts';
import { type LineRef, type LogPosition, PositionTracker, Resume } from './resume.ts';
import { Unrepeated } from './unrepeated.ts';
import { type Until, UpperBound } from './until.ts';

export interface LogDecoderSettings {
  readonly tty: boolean;
  readonly maxLineBytes: number;
  /** What records of a stream share; asked for each record, as the container may be renamed meanwhile. */
  readonly source: (stream: StreamName) => LogSource;
  /** Where reading went on to, on the connection before. */
  readonly position?: LogPosition;
  /** `time` once the position was found to be lost. */
  readonly resumeBy?: 'line' | 'time';
  /** Used for a piece that carries no time, where none was read before it either. */
  readonly fallbackTime: string;
  /** Where only so many entries from the log's end were asked for. */
  readonly tail?: number;
  /** The time of an entry that is known to be in the log. */
  readonly expected?: string;
  /** Where to stop: lines beyond are not handed on. */
  readonly until?: Until;
  /** Told of a long line when one of its pieces comes that it has already. */
  readonly comesTwice?: (line: LineTime) => void;
}

/** The time of a line, and on which stream it came. */
export type LineTime = Pick<LineRef, 'stream' | 'time'>;

export function isSameLine(one: LineTime, other: LineTime | undefined): boolean {
  return one.stream === other?.stream && one.time === other.time;
}

/** Records in the order of the log, and where reading stands after them. */
export interface DecodedChunk {
  readonly records: LogLines;
  readonly position: LogPosition;
}

// A chunk is taken whole or not at all: small beside any lane's memory, large enough to cost nothing by itself.
const [chunkRecords, chunkBytes] = [256, 64 * 1024];

/** Turns the bytes of one connection to a container's log into records. Synchronous; between calls it holds at most one line a stream. */
export class LogDecoder {
  readonly #settings: LogDecoderSettings;
  readonly #streams: DecodedStream[] = [];
  readonly #pieces: LogPieces;
  #damagedBefore = 0;
  readonly #tracker: PositionTracker;
  #resume: Resume | undefined;
  readonly #until: UpperBound | undefined;
  #lines = new LogColumns(0);
  #bytes = 0;
  #chunks: DecodedChunk[] = [];
  /** Of the last piece that carried a time. */
  #last: Instant;
  readonly #newest = { ...earliest };
  #first: Instant | undefined;
  #expected: Instant | undefined;
  /** What {@link noteNext} waits for, and whether it has come. */
  #edge: Instant | undefined;
  #hasSeenEdge = false;
  #next: Instant | undefined;
  /** Entries that came with a time: lines, and pieces of long ones. */
  entries = 0;

  constructor(settings: LogDecoderSettings) {
    this.#settings = settings;
    this.#pieces = new LogPieces(settings.tty, this.#takePiece);
    this.#last = instantOf(settings.fallbackTime);
    if (settings.expected) this.#expected = instantOf(settings.expected);
    this.#tracker = new PositionTracker(settings.position);
    if (settings.position !== undefined)
      this.#resume = new Resume(settings.position, settings.resumeBy, settings.tail);
    this.#until = settings.until && new UpperBound(settings.until);
  }

  /** The youngest time that came, of any piece; empty where none did. */
  get newestTime(): string {
    return this.#first === undefined ? '' : timeOf(this.#newest);
  }

  /** The time of the first entry; empty where none came. */
  get firstTime(): string {
    return this.#first === undefined ? '' : timeOf(this.#first);
  }

  /** The time of the last entry that came; empty where none did. */
  get lastTime(): string {
    return this.#first === undefined ? '' : timeOf(this.#last);
  }

  /** Whether the last entry is a piece of a line that goes on: the others have its time, too. */
  get isLastOpen(): boolean {
    return this.#streams.some(
      ({ assembler: { open } }) => open !== undefined && isSameInstant(open, this.#last),
    );
  }

  /** The time of the entry that {@link noteNext} waits for; empty until it has come. */
  get nextTime(): string {
    return this.#next === undefined ? '' : timeOf(this.#next);
  }

  /** Whether the entry came that is known to be in the log. */
  get hasSeenExpected(): boolean {
    return this.#expected === undefined;
  }

  /** Whether a line has begun and not ended. */
  get isMidLine(): boolean {
    const streams = this.#streams;
    for (let index = 0; index < streams.length; index++) {
      const { assembler, lines } = streams[index] as DecodedStream;
      if (assembler.open !== undefined || lines.isHolding) return true;
    }
    return false;
  }

  /** Whether the place given as `until` was reached; nothing is handed on then. */
  get isComplete(): boolean {
    return this.#until?.isReached ?? false;
  }

  /** How far the log was read, for the next connection. */
  get position(): LogPosition | undefined {
    return this.#tracker.position;
  }

  /** Whether the line that reading goes on after was found, and all that was handed on with it. */
  get hasResumed(): boolean {
    const resume = this.#resume;
    return resume === undefined || resume.hasFound || this.#settings.resumeBy === 'time';
  }

  /** Lines that the engine sent twice. */
  get repeatedLines(): number {
    return this.#streams.reduce((sum, { lines }) => sum + lines.repeats, 0);
  }

  /** Pieces that came without a time the agent can read. */
  get untimedPieces(): number {
    return this.#pieces.untimed;
  }

  /** Places in a log file that are no entry and were read over, behind the line that reading goes on after. */
  get damagedPlaces(): number {
    return this.#resume === undefined ? this.#pieces.damaged - this.#damagedBefore : 0;
  }

  /** Says how the bytes are written; before the first of them. Without it they are as the engine's API sends them. */
  reads(form: LogForm): void {
    this.#pieces.reads(form);
  }

  /** An entry of that time is known to be in the log by now. It has come where a younger one has. */
  expect(time: string): void {
    const expected = instantOf(time);
    if (isLater(expected, this.#newest)) this.#expected = expected;
  }

  /** Notes what comes behind the entry of that time, which is the last one that came or comes later. */
  noteNext(time: string): void {
    this.#edge = instantOf(time);
    this.#hasSeenEdge = this.lastTime === time;
    this.#next = undefined;
  }

  /** Nothing is known of the log that has not come. */
  expectNothing(): void {
    this.#expected = undefined;
  }

  /** The records that these bytes complete. The bytes are the decoder's during the call: it writes into them. Throws as {@link LogPieces.write} does, `PositionLostError` or `UntilLostError`. */
  write(bytes: Buffer): DecodedChunk[] {
    try {
      this.#pieces.write(bytes);
    } finally {
      for (const { lines } of this.#streams) lines.rest();
    }
    return this.take();
  }

  /** The lines that had no end: only to be called once the container has stopped. */
  flush(): DecodedChunk[] {
    this.#pieces.flush();
    for (const { assembler, lines } of this.#streams) {
      assembler.flush();
      lines.end();
    }
    return this.take();
  }

  /** The records that are complete and were not returned yet: after `write` threw, those before the fault. */
  take(): DecodedChunk[] {
    this.#cutChunk();
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  #cutChunk(): void {
    const { position } = this.#tracker;
    const { length } = this.#lines;
    if (length === 0 || position === undefined) return;
    this.#chunks.push({ records: this.#lines.lines(), position });
    // A log that is busy mostly stays so.
    this.#lines = new LogColumns(length);
    this.#bytes = 0;
  }

  #timed(at: Instant): void {
    this.#last = at;
    this.entries++;
    const { seconds, nanos } = at;
    this.#first ??= { seconds, nanos };
    if (isLater(at, this.#newest)) {
      this.#newest.seconds = seconds;
      this.#newest.nanos = nanos;
    }
    if (this.#expected !== undefined && isSameInstant(at, this.#expected))
      this.#expected = undefined;
    if (this.#edge !== undefined) this.#lookForNext(this.#edge, at);
  }

  /** The pieces of a line all have its time. */
  #lookForNext(edge: Instant, at: Instant): void {
    if (isSameInstant(edge, at)) {
      this.#hasSeenEdge = true;
      return;
    }
    if (!this.#hasSeenEdge) return;
    this.#edge = undefined;
    this.#next = { seconds: at.seconds, nanos: at.nanos };
  }

  readonly #takePiece = (
    stream: StreamName,
    at: Instant | undefined,
    bytes: Buffer,
    start: number,
    end: number,
  ): void => {
    if (at !== undefined) this.#timed(at);
    const { assembler } = this.#stream(stream);
    const before = assembler.open;
    assembler.piece(this.#last, bytes, start, end);
    const { open } = assembler;
    if (open === undefined || open === before) return;
    this.#tracker.began(stream);
    const place = placeOf(stream, open);
    this.#resume?.begun(place);
    this.#until?.begun(place);
  };

  #stream(name: StreamName): DecodedStream {
    const streams = this.#streams;
    for (let index = 0; index < streams.length; index++) {
      const stream = streams[index] as DecodedStream;
      if (stream.name === name) return stream;
    }
    return this.#newStream(name);
  }

  #newStream(name: StreamName): DecodedStream {
    const lines = new Unrepeated((line) => this.#takeLine(name, line));
    const { maxLineBytes, comesTwice } = this.#settings;
    const twice = comesTwice && ((at: Instant) => comesTwice({ stream: name, time: timeOf(at) }));
    const assembler = new LineAssembler(maxLineBytes, lines.take, lines.takeBroken, twice);
    const stream = { name, assembler, lines };
    this.#streams.push(stream);
    return stream;
  }

  #takeLine(stream: StreamName, line: Line): void {
    const text = stream === 'console' ? withoutCarriageReturn(line) : line;
    if (this.#resume !== undefined || this.#until !== undefined) this.#takeBounded(stream, text);
    else this.#pass(stream, text);
  }

  /** A line that may have been handed on before, or be beyond what is asked for. */
  #takeBounded(stream: StreamName, line: Line): void {
    const ref = { ...placeOf(stream, line), isTerminated: line.isTerminated };
    // First: where both places are lost, the one to go on after has to be looked for further back.
    const isNew = this.#isNew(ref);
    const isWithin = this.#until?.isWithin(ref) ?? true;
    if (!isNew) this.#tracker.withheld(stream, line);
    else if (isWithin) this.#pass(stream, line);
  }

  #pass(stream: StreamName, line: Line): void {
    if (!this.#lines.takes(line)) this.#cutChunk();
    const source = this.#settings.source(stream);
    this.#lines.add(source, line);
    this.#bytes += logWeight(source, line.end - line.start);
    this.#tracker.passed(stream, line, this.isMidLine);
    if (this.#lines.length >= chunkRecords || this.#bytes >= chunkBytes) this.#cutChunk();
  }

  #isNew(line: LineRef): boolean {
    if (this.#resume === undefined) return true;
    const isNew = this.#resume.isNew(line);
    if (this.#resume.isDone) {
      this.#resume = undefined;
      this.#damagedBefore = this.#pieces.damaged;
    }
    return isNew;
  }
}

/** One stream on its way from pieces to lines that were not seen yet. */
interface DecodedStream {
  readonly name: StreamName;
  readonly assembler: LineAssembler;
  readonly lines: Unrepeated;
}

function placeOf(stream: StreamName, line: Pick<Line, 'seconds' | 'nanos' | 'ordinal'>) {
  return { stream, time: timeOf(line), ordinal: line.ordinal };
}
