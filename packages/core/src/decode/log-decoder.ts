import { ConsoleSplitter, withoutCarriageReturn } from './console.ts';
import { Demultiplexer } from './demultiplex.ts';
import type { EntrySource, EntrySplitter } from './entry.ts';
import { JsonFileSplitter } from './json-file.ts';
import { type Line, LineAssembler } from './lines.ts';
import { LocalFileSplitter } from './local-file.ts';
import { LogRecord, type LogSource, type StreamName } from './log.ts';
import type { LogForm } from './log-form.ts';
import { RecentLines } from './repeats.ts';
import { type LineRef, type LogPosition, PositionTracker, Resume } from './resume.ts';
import { stampAt } from './timestamp.ts';
import { type Until, UpperBound } from './until.ts';
import { weightOf } from './weight.ts';

/** The engine itself reports, inside the log stream, that it cannot go on (frame type 3). */
export class EngineLogError extends Error {
  override readonly name = 'EngineLogError';
}

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
}

/** Records in the order of the log, and where reading stands after them. */
export interface DecodedChunk {
  readonly records: readonly LogRecord[];
  readonly position: LogPosition;
}

// A chunk is taken whole or not at all: small beside any lane's memory, large enough to cost nothing by itself.
const [chunkRecords, chunkBytes] = [256, 64 * 1024];

const [stderrChannel, errorChannel] = [2, 3];

/** Turns the bytes of one connection to a container's log into records. Synchronous; between calls it holds at most one line a stream. */
export class LogDecoder {
  readonly #settings: LogDecoderSettings;
  readonly #assemblers = new Map<StreamName, LineAssembler>();
  readonly #recent = new Map<StreamName, RecentLines>();
  readonly #demultiplexer = new Demultiplexer();
  readonly #console = new ConsoleSplitter();
  /** Of a log file. */
  #file: EntrySplitter | undefined;
  #damagedBefore = 0;
  readonly #tracker: PositionTracker;
  #resume: Resume | undefined;
  readonly #until: UpperBound | undefined;
  #records: LogRecord[] = [];
  #bytes = 0;
  #chunks: DecodedChunk[] = [];
  #lastTime: string;
  #newestTime = '';
  #firstTime = '';
  #isExpectedSeen: boolean;
  /** Entries that came with a time: lines, and pieces of long ones. */
  entries = 0;
  /** Lines that the engine sent twice. */
  repeatedLines = 0;
  /** Pieces that came without a time the agent can read. */
  untimedPieces = 0;

  constructor(settings: LogDecoderSettings) {
    this.#settings = settings;
    this.#lastTime = settings.fallbackTime;
    this.#isExpectedSeen = settings.expected === undefined || settings.expected === '';
    this.#tracker = new PositionTracker(settings.position);
    if (settings.position !== undefined)
      this.#resume = new Resume(settings.position, settings.resumeBy, settings.tail);
    this.#until = settings.until && new UpperBound(settings.until);
  }

  /** The youngest time that came, of any piece; empty where none did. */
  get newestTime(): string {
    return this.#newestTime;
  }

  /** The time of the first entry; empty where none came. */
  get firstTime(): string {
    return this.#firstTime;
  }

  /** Whether the entry came that is known to be in the log. */
  get hasSeenExpected(): boolean {
    return this.#isExpectedSeen;
  }

  /** Whether a line has begun and not ended. */
  get isMidLine(): boolean {
    for (const assembler of this.#assemblers.values())
      if (assembler.open !== undefined) return true;
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

  /** Whether nothing but the text itself tells where an entry begins: of a terminal, as the engine's API sends it. */
  get isUnframed(): boolean {
    return this.#settings.tty && this.#file === undefined;
  }

  /** Places in a log file that are no entry and were read over, behind the line that reading goes on after. */
  get damagedPlaces(): number {
    return this.#resume === undefined ? (this.#file?.damaged ?? 0) - this.#damagedBefore : 0;
  }

  /** Says how the bytes are written; before the first of them. Without it they are as the engine's API sends them. */
  reads({ syntax, from }: LogForm): void {
    if (syntax === 'json-file') this.#file = new JsonFileSplitter(from);
    else if (syntax === 'local') this.#file = new LocalFileSplitter(from);
  }

  /** The records that these bytes complete; they refer to them. Throws `FramingError`, {@link EngineLogError}, `PositionLostError` or `UntilLostError`. */
  write(bytes: Buffer): DecodedChunk[] {
    if (this.#file !== undefined) this.#file.write(bytes, this.#takeEntry);
    else if (this.#settings.tty) this.#console.write(bytes, this.#takeConsolePiece);
    else this.#demultiplexer.write(bytes, this.#takeFrame);
    for (const recent of this.#recent.values()) recent.rest();
    return this.take();
  }

  /** The lines that had no end: only to be called once the container has stopped. */
  flush(): DecodedChunk[] {
    if (this.isUnframed) this.#console.flush(this.#takeConsolePiece);
    for (const assembler of this.#assemblers.values()) assembler.flush();
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
    if (this.#records.length === 0 || position === undefined) return;
    this.#chunks.push({ records: this.#records, position });
    this.#records = [];
    this.#bytes = 0;
  }

  readonly #takeFrame = (channel: number, bytes: Buffer, start: number, end: number): void => {
    if (channel === errorChannel)
      throw new EngineLogError(
        `reading the log: the engine says "${bytes.toString('utf8', start, end).trim()}"`,
      );
    const stamp = stampAt(bytes, start, end);
    if (stamp === undefined) this.untimedPieces++;
    else this.#timed(stamp.time);
    const stream = channel === stderrChannel ? 'stderr' : 'stdout';
    this.#takePiece(stream, bytes, stamp?.payloadStart ?? start, end);
  };

  readonly #takeConsolePiece = (time: string, bytes: Buffer, start: number, end: number): void => {
    if (time === '') this.untimedPieces++;
    else this.#timed(time);
    this.#takePiece('console', bytes, start, end);
  };

  readonly #takeEntry = (
    source: EntrySource,
    time: string,
    bytes: Buffer,
    start: number,
    end: number,
  ): void => {
    this.#timed(time);
    this.#takePiece(this.#settings.tty ? 'console' : source, bytes, start, end);
  };

  #timed(time: string): void {
    this.#lastTime = time;
    this.entries++;
    if (this.#firstTime === '') this.#firstTime = time;
    if (time > this.#newestTime) this.#newestTime = time;
    if (!this.#isExpectedSeen) this.#isExpectedSeen = time === this.#settings.expected;
  }

  #takePiece(stream: StreamName, bytes: Buffer, start: number, end: number): void {
    const assembler = this.#assembler(stream);
    const before = assembler.open;
    assembler.piece(this.#lastTime, bytes, start, end);
    const { open } = assembler;
    if (open === undefined || open === before) return;
    this.#tracker.began(stream);
    const place = { stream, time: open.time, ordinal: open.ordinal };
    this.#resume?.begun(place);
    this.#until?.begun(place);
  }

  #assembler(stream: StreamName): LineAssembler {
    let assembler = this.#assemblers.get(stream);
    if (assembler === undefined) {
      const take = (line: Line) => this.#takeLine(stream, line);
      assembler = new LineAssembler(this.#settings.maxLineBytes, take);
      this.#assemblers.set(stream, assembler);
    }
    return assembler;
  }

  #takeLine(stream: StreamName, line: Line): void {
    if (this.#isRepeated(stream, line)) {
      this.repeatedLines++;
      return;
    }
    const { time, ordinal, isTerminated } = line;
    const ref = { stream, time, ordinal, isTerminated };
    const isWithin = this.#until?.isWithin(ref) ?? true;
    if (!this.#isNew(ref)) {
      this.#tracker.withheld(ref);
      return;
    }
    if (isWithin) this.#pass(ref, line);
  }

  #pass(ref: LineRef, line: Line): void {
    const { stream } = ref;
    const text = stream === 'console' ? withoutCarriageReturn(line) : line;
    const record = new LogRecord(this.#settings.source(stream), text);
    this.#records.push(record);
    this.#bytes += weightOf(record);
    this.#tracker.passed(ref, this.isMidLine);
    if (this.#records.length >= chunkRecords || this.#bytes >= chunkBytes) this.#cutChunk();
  }

  #isNew(ref: LineRef): boolean {
    if (this.#resume === undefined) return true;
    const isNew = this.#resume.isNew(ref);
    if (this.#resume.isDone) {
      this.#resume = undefined;
      this.#damagedBefore = this.#file?.damaged ?? 0;
    }
    return isNew;
  }

  #isRepeated(stream: StreamName, line: Line): boolean {
    let recent = this.#recent.get(stream);
    if (recent === undefined) {
      recent = new RecentLines();
      this.#recent.set(stream, recent);
    }
    return recent.isRepeated(line);
  }
}
