import { ConsoleSplitter } from './console.ts';
import { Demultiplexer } from './demultiplex.ts';
import type { EntrySource, EntrySplitter } from './entry.ts';
import { type Instant, instantOf } from './instant.ts';
import { JsonFileSplitter } from './json-file.ts';
import { LocalFileSplitter } from './local-file.ts';
import type { StreamName } from './log.ts';
import type { LogForm } from './log-form.ts';
import { StampReader } from './stamp.ts';

/** The engine itself reports, inside the log stream, that it cannot go on (frame type 3). */
export class EngineLogError extends Error {
  override readonly name = 'EngineLogError';
}

/** Receives the piece `bytes[start, end)` of a line, its ending included. `at`: absent where it carries no time. Both hold during the call. */
export type TakeLogPiece = (
  stream: StreamName,
  at: Instant | undefined,
  bytes: Buffer,
  start: number,
  end: number,
) => void;

const [stderrChannel, errorChannel] = [2, 3];

/** Cuts the bytes of a log into pieces of lines, however they are written. */
export class LogPieces {
  readonly #tty: boolean;
  readonly #take: TakeLogPiece;
  readonly #demultiplexer = new Demultiplexer();
  readonly #console = new ConsoleSplitter();
  readonly #stamp = new StampReader();
  #file: EntrySplitter | undefined;
  /** Pieces that came without a time the agent can read. */
  untimed = 0;

  constructor(tty: boolean, take: TakeLogPiece) {
    this.#tty = tty;
    this.#take = take;
  }

  /** Places in a log file that are no entry and were read over. */
  get damaged(): number {
    return this.#file?.damaged ?? 0;
  }

  /** Says how the bytes are written; before the first of them. Without it they are as the engine's API sends them. */
  reads({ syntax, from }: LogForm): void {
    if (syntax === 'json-file') this.#file = new JsonFileSplitter(from);
    else if (syntax === 'local') this.#file = new LocalFileSplitter(from);
  }

  /** The bytes are its own during the call. Throws `FramingError`, `LogFileError` or {@link EngineLogError}. */
  write(bytes: Buffer): void {
    if (this.#file !== undefined) this.#file.write(bytes, this.#takeEntry);
    else if (this.#tty) this.#console.write(bytes, this.#takeConsolePiece);
    else this.#demultiplexer.write(bytes, this.#takeFrame);
  }

  /** The container has stopped: what was begun does not go on. */
  flush(): void {
    if (this.#tty && this.#file === undefined) this.#console.flush(this.#takeConsolePiece);
  }

  readonly #takeFrame = (channel: number, bytes: Buffer, start: number, end: number): void => {
    if (channel === errorChannel)
      throw new EngineLogError(
        `reading the log: the engine says "${bytes.toString('utf8', start, end).trim()}"`,
      );
    const stamp = this.#stamp;
    const stream = channel === stderrChannel ? 'stderr' : 'stdout';
    if (stamp.read(bytes, start, end)) this.#take(stream, stamp, bytes, stamp.payloadStart, end);
    else this.#takeUntimed(stream, bytes, start, end);
  };

  readonly #takeConsolePiece = (time: string, bytes: Buffer, start: number, end: number): void => {
    if (time === '') this.#takeUntimed('console', bytes, start, end);
    else this.#take('console', instantOf(time), bytes, start, end);
  };

  readonly #takeEntry = (
    source: EntrySource,
    at: Instant,
    bytes: Buffer,
    start: number,
    end: number,
  ): void => this.#take(this.#tty ? 'console' : source, at, bytes, start, end);

  #takeUntimed(stream: StreamName, bytes: Buffer, start: number, end: number): void {
    this.untimed++;
    this.#take(stream, undefined, bytes, start, end);
  }
}
