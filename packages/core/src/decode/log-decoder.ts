import { ConsoleSplitter, withoutCarriageReturn } from './console.ts';
import { Demultiplexer } from './demultiplex.ts';
import { type Line, LineAssembler } from './lines.ts';
import { LogRecord, type LogSource, type StreamName } from './log.ts';
import { RecentLines } from './repeats.ts';
import { type LogPosition, PositionTracker, Resume } from './resume.ts';
import { stampAt } from './timestamp.ts';

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
}

const [stderrChannel, errorChannel] = [2, 3];

/** Turns the bytes of one connection to a container's log into records. Synchronous; holds at most one line a stream. */
export class LogDecoder {
  readonly #settings: LogDecoderSettings;
  readonly #assemblers = new Map<StreamName, LineAssembler>();
  readonly #recent = new Map<StreamName, RecentLines>();
  readonly #demultiplexer = new Demultiplexer();
  readonly #console = new ConsoleSplitter();
  readonly #tracker: PositionTracker;
  #resume: Resume | undefined;
  #records: LogRecord[] = [];
  #lastTime: string;
  /** Lines that the engine sent twice. */
  repeatedLines = 0;
  /** Pieces that came without a time the agent can read. */
  untimedPieces = 0;

  constructor(settings: LogDecoderSettings) {
    this.#settings = settings;
    this.#lastTime = settings.fallbackTime;
    this.#tracker = new PositionTracker(settings.position);
    if (settings.position !== undefined)
      this.#resume = new Resume(settings.position, settings.resumeBy);
  }

  /** How far the log was read, for the next connection. */
  get position(): LogPosition | undefined {
    return this.#tracker.position;
  }

  /** Whether the line that reading goes on after was found, and all that was handed on with it. */
  get hasResumed(): boolean {
    return this.#resume === undefined;
  }

  /** Whether the log ended before the line that reading should have gone on after. */
  get isPositionLost(): boolean {
    return this.#resume?.isLost ?? false;
  }

  /** The records that these bytes complete. Throws `FramingError`, {@link EngineLogError} or `PositionLostError`. */
  write(bytes: Buffer): LogRecord[] {
    if (this.#settings.tty) this.#console.write(bytes, this.#takeConsolePiece);
    else this.#demultiplexer.write(bytes, this.#takeFrame);
    return this.take();
  }

  /** The lines that had no end: only to be called once the container has stopped. */
  flush(): LogRecord[] {
    if (this.#settings.tty) this.#console.flush(this.#takeConsolePiece);
    for (const assembler of this.#assemblers.values()) assembler.flush();
    return this.take();
  }

  /** The records that are complete and were not returned yet: after `write` threw, those before the fault. */
  take(): LogRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  readonly #takeFrame = (channel: number, bytes: Buffer, start: number, end: number): void => {
    if (channel === errorChannel)
      throw new EngineLogError(
        `reading the log: the engine says "${bytes.toString('utf8', start, end).trim()}"`,
      );
    const stamp = stampAt(bytes, start, end);
    if (stamp === undefined) this.untimedPieces++;
    else this.#lastTime = stamp.time;
    const stream = channel === stderrChannel ? 'stderr' : 'stdout';
    this.#takePiece(stream, bytes, stamp?.payloadStart ?? start, end);
  };

  readonly #takeConsolePiece = (time: string, bytes: Buffer, start: number, end: number): void => {
    if (time === '') this.untimedPieces++;
    else this.#lastTime = time;
    this.#takePiece('console', bytes, start, end);
  };

  #takePiece(stream: StreamName, bytes: Buffer, start: number, end: number): void {
    const assembler = this.#assembler(stream);
    const before = assembler.open;
    assembler.piece(this.#lastTime, bytes, start, end);
    const { open } = assembler;
    if (open === undefined || open === before) return;
    this.#tracker.began(stream);
    this.#resume?.begun({ stream, time: open.time, ordinal: open.ordinal });
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
    if (this.#resume !== undefined) {
      const isNew = this.#resume.isNew(ref);
      if (this.#resume.isDone) this.#resume = undefined;
      if (!isNew) {
        this.#tracker.withheld(ref);
        return;
      }
    }
    const text =
      stream === 'console' ? { ...line, bytes: withoutCarriageReturn(line.bytes) } : line;
    this.#records.push(new LogRecord(this.#settings.source(stream), text));
    this.#tracker.passed(ref, this.#isAnyOpen());
  }

  #isRepeated(stream: StreamName, line: Line): boolean {
    let recent = this.#recent.get(stream);
    if (recent === undefined) {
      recent = new RecentLines();
      this.#recent.set(stream, recent);
    }
    return recent.isRepeated(line);
  }

  #isAnyOpen(): boolean {
    for (const assembler of this.#assemblers.values())
      if (assembler.open !== undefined) return true;
    return false;
  }
}
