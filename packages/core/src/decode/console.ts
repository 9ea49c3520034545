import { timeOf } from './instant.ts';
import { type Line, pieceBytes } from './lines.ts';
import { longestStampBytes, StampReader } from './stamp.ts';
import { stampEndBytes, usualStampAt } from './timestamp.ts';

/** Receives the piece `bytes[start, end)`, its line ending included. */
export type TakePiece = (time: string, bytes: Buffer, start: number, end: number) => void;

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Cuts the unframed stream of a TTY container into pieces. Each line begins with its time. A line longer than
 * 16,384 bytes carries the same time again at every such border. Another time there begins another entry: the
 * container died in the middle of the line, or the engine that follows the log has gone back. Anywhere else
 * a time is what the container printed, unless it is younger than its line.
 */
export class ConsoleSplitter {
  #pending: Buffer = Buffer.alloc(0);
  readonly #stamp = new StampReader();
  /** The time of a line whose first pieces were handed over already: `#pending` begins at a border. */
  #lineTime: string | undefined;

  write(chunk: Buffer, take: TakePiece): void {
    const bytes = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk;
    let at = 0;
    for (let next = this.#piece(bytes, at, take); next !== undefined; ) {
      at = next;
      next = at < bytes.length ? this.#piece(bytes, at, take) : undefined;
    }
    // A copy, so that what waits does not pin the transport's buffer. At most one piece and a timestamp.
    this.#pending = Buffer.from(bytes.subarray(at));
  }

  /** Hands over what is left of a line that will not go on. */
  flush(take: TakePiece): void {
    const bytes = this.#pending;
    for (let at: number | undefined = 0; at !== undefined && at < bytes.length; ) {
      const { time, start } = this.#begin(bytes, at, bytes.length);
      at = this.#nextEntry(bytes, start, bytes.length, time);
      if (start < (at ?? bytes.length)) take(time, bytes, start, at ?? bytes.length);
      this.#lineTime = undefined;
    }
    this.#pending = Buffer.alloc(0);
    this.#lineTime = undefined;
  }

  /** Hands over the piece at `at` and says where the next begins; nothing where that takes more bytes. */
  #piece(bytes: Buffer, at: number, take: TakePiece): number | undefined {
    const lineEnd = bytes.indexOf(newline, at);
    const known = lineEnd < 0 ? bytes.length : lineEnd + 1;
    if (lineEnd < 0 && known - at < longestStampBytes) return undefined;
    const { time, start } = this.#begin(bytes, at, known);
    const border = start + pieceBytes;
    const torn = this.#nextEntry(bytes, start, Math.min(known, border), time);
    if (torn !== undefined && (lineEnd >= 0 || bytes.length >= border)) {
      this.#lineTime = undefined;
      take(time, bytes, start, torn);
      return torn;
    }
    if (lineEnd >= 0 && lineEnd <= border) {
      this.#lineTime = undefined;
      take(time, bytes, start, lineEnd + 1);
      return lineEnd + 1;
    }
    if (bytes.length < border) return undefined;
    this.#lineTime = time;
    take(time, bytes, start, border);
    return border;
  }

  /**
   * Where the next entry begins inside of what looks like one line: a run that ended without a newline is
   * followed at once by the next run's first entry. What a container prints itself is older than its entry's time.
   */
  #nextEntry(bytes: Buffer, start: number, end: number, time: string): number | undefined {
    for (
      let at = bytes.indexOf('Z ', start);
      at >= 0 && at < end;
      at = bytes.indexOf('Z ', at + 1)
    ) {
      const from = at - stampEndBytes;
      const next = from > start ? usualStampAt(bytes, from) : undefined;
      if (next !== undefined && next > time) return from;
    }
    return undefined;
  }

  /** The piece's time and where its own bytes begin. An unreadable time is empty. */
  #begin(bytes: Buffer, at: number, end: number): { time: string; start: number } {
    const stamp = this.#stamp;
    const isStamped = stamp.read(bytes, at, end);
    const time = isStamped ? timeOf(stamp) : '';
    const start = isStamped ? stamp.payloadStart : at;
    if (this.#lineTime === undefined || usualStampAt(bytes, at) !== undefined)
      return { time, start };
    // An engine that sends whole lines.
    return { time: this.#lineTime, start: at };
  }
}

/** Without the `\r` that a terminal puts before `\n`. */
export function withoutCarriageReturn(line: Line): Line {
  const { bytes, start, end } = line;
  const hasReturn = end > start && bytes[end - 1] === carriageReturn;
  return hasReturn ? { ...line, end: end - 1 } : line;
}
