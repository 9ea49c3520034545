import { type Instant, instantOf, isLater } from './instant.ts';

/** The output that an entry of a log came from. Of a TTY there is only `stdout`. */
export type EntrySource = 'stdout' | 'stderr';

/** Receives the text `bytes[start, end)` of one entry, its line ending included. `at` holds during the call. */
export type TakeEntry = (
  source: EntrySource,
  at: Instant,
  bytes: Buffer,
  start: number,
  end: number,
) => void;

/** Cuts the bytes of a log file into its entries, wherever they are cut. */
export interface EntrySplitter {
  /** The bytes are the splitter's own: it writes into them. Throws {@link LogFileError}. */
  write(bytes: Buffer, take: TakeEntry): void;
  /** Places that are no entry and were read over. */
  readonly damaged: number;
}

/** A log file is not what its driver writes, and cannot be read over; the engine may know more. */
export class LogFileError extends Error {
  override readonly name = 'LogFileError';
}

/** Leaves out the entries before the first that is not older than a time. */
export class Gate {
  #from: Instant | undefined;

  /** RFC 3339, nine fractional digits; absent: lets everything pass. */
  constructor(from?: string) {
    if (from !== undefined) this.#from = instantOf(from);
  }

  /** Whether anything did. */
  get isOpen(): boolean {
    return this.#from === undefined;
  }

  /** Times in a log are not monotonic: behind the first that passes, all do (moby daemon/logger/loggerutils). */
  passes(at: Instant): boolean {
    if (this.#from === undefined) return true;
    if (isLater(this.#from, at)) return false;
    this.#from = undefined;
    return true;
  }
}
