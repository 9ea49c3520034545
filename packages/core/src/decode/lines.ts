import { earliest, type Instant, isLater, isSameInstant } from './instant.ts';

/** A line, or what there is of it: `bytes[start, end)`, without its line ending. Its moment is that of its first piece. */
export interface Line extends Instant {
  /** Of its first piece, among the pieces of equal time of this stream. */
  readonly ordinal: number;
  /** Shared with its neighbours where it came in one piece. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly truncated: boolean;
  /** False where no `\n` ended it: its container stopped in the middle. */
  readonly isTerminated: boolean;
}

/** What is longer comes in pieces of this size, the last one shorter (moby daemon/logger/copier.go, defaultBufSize). */
export const pieceBytes = 16 * 1024;

const newline = 0x0a;
const nothing: Buffer = Buffer.alloc(0);

interface OpenLine extends Instant {
  readonly ordinal: number;
  readonly parts: Buffer[];
  length: number;
  truncated: boolean;
}

/**
 * Joins the pieces of one stream into lines. The engine cuts lines longer than 16 KiB into pieces that all
 * carry the time of the first; only the last ends in `\n` (moby daemon/logger/copier.go). So a piece of
 * another time begins another line even where no `\n` ended the one before: its container died mid-line. Or, where
 * the other time is older, the engine has gone back, and the line comes once more.
 */
export class LineAssembler {
  readonly #maxLineBytes: number;
  readonly #take: (line: Line) => void;
  readonly #takeBroken: (line: Line) => void;
  readonly #comesTwice: ((line: Instant) => void) | undefined;
  #open: OpenLine | undefined;
  /** The piece at hand and, where it is a whole line, that line: one object for all of them. */
  readonly #piece = {
    ...earliest,
    ordinal: 0,
    bytes: nothing,
    start: 0,
    end: 0,
    truncated: false,
    isTerminated: true,
  };

  /**
   * A line that `take` receives holds during the call. `takeBroken`: for one that a piece of an older time cut
   * short. `comesTwice`: told of the open line when one of its pieces comes that it has already.
   */
  constructor(
    maxLineBytes: number,
    take: (line: Line) => void,
    takeBroken: (line: Line) => void = take,
    comesTwice?: (line: Instant) => void,
  ) {
    this.#maxLineBytes = maxLineBytes;
    this.#take = take;
    this.#takeBroken = takeBroken;
    this.#comesTwice = comesTwice;
  }

  /** The line that has begun and not ended. */
  get open(): Pick<Line, 'seconds' | 'nanos' | 'ordinal'> | undefined {
    return this.#open;
  }

  /** Takes the piece `bytes[start, end)`, its line ending included. The bytes stay as they are: lines refer to them. */
  piece(at: Instant, bytes: Buffer, start: number, end: number): void {
    if (this.#open !== undefined && !isSameInstant(this.#open, at))
      this.#close(false, isLater(this.#open, at) ? this.#takeBroken : this.#take);
    let from = start;
    while (from < end) {
      this.#count(at);
      const lineEnd = bytes.indexOf(newline, from);
      if (lineEnd < 0 || lineEnd >= end) {
        this.#append(bytes.subarray(from, end));
        return;
      }
      this.#end(bytes, from, lineEnd);
      from = lineEnd + 1;
    }
  }

  /** Ends the open line without a line ending: its container has stopped. */
  flush(): void {
    this.#close(false);
  }

  #close(isTerminated: boolean, take = this.#take): void {
    if (this.#open === undefined) return;
    const { parts, ...facts } = this.#open;
    this.#open = undefined;
    const bytes = Buffer.concat(parts);
    take({ ...facts, bytes, start: 0, end: bytes.length, isTerminated });
  }

  #count(at: Instant): void {
    const piece = this.#piece;
    piece.ordinal = isSameInstant(at, piece) ? piece.ordinal + 1 : 0;
    piece.seconds = at.seconds;
    piece.nanos = at.nanos;
  }

  #end(bytes: Buffer, start: number, end: number): void {
    if (this.#open === undefined && end - start <= this.#maxLineBytes) {
      this.#whole(bytes, start, end);
      return;
    }
    this.#append(bytes.subarray(start, end));
    this.#close(true);
  }

  #whole(bytes: Buffer, start: number, end: number): void {
    const line = this.#piece;
    line.bytes = bytes;
    line.start = start;
    line.end = end;
    this.#take(line);
    line.bytes = nothing;
  }

  #append(part: Buffer): void {
    const { seconds, nanos, ordinal } = this.#piece;
    this.#open ??= { seconds, nanos, ordinal, parts: [], length: 0, truncated: false };
    const open = this.#open;
    if (open.truncated) return;
    const room = this.#maxLineBytes - open.length;
    open.truncated = part.length > room;
    const kept = open.truncated ? part.subarray(0, wholeCharacters(part, room)) : part;
    if (part.length === pieceBytes && open.parts.some((known) => known.equals(kept)))
      this.#comesTwice?.(open);
    open.length += kept.length;
    open.parts.push(Buffer.from(kept));
  }
}

/** The longest length up to `limit` that does not cut a UTF-8 character. */
function wholeCharacters(bytes: Buffer, limit: number): number {
  let end = limit;
  const isContinuation = (at: number) => ((bytes[at] ?? 0) & 0xc0) === 0x80;
  while (end > 0 && limit - end < 3 && isContinuation(end)) end--;
  return isContinuation(end) ? limit : end;
}
