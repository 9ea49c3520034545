/** A line, or what there is of it: `bytes[start, end)`, without its line ending. */
export interface Line {
  readonly time: string;
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

const newline = 0x0a;

interface OpenLine {
  readonly time: string;
  readonly ordinal: number;
  readonly parts: Buffer[];
  length: number;
  truncated: boolean;
}

/**
 * Joins the pieces of one stream into lines. The engine cuts lines longer than 16 KiB into pieces that all
 * carry the time of the first; only the last ends in `\n` (moby daemon/logger/copier.go). So a piece of
 * another time begins another line even where no `\n` ended the one before: its container died mid-line.
 */
export class LineAssembler {
  readonly #maxLineBytes: number;
  readonly #take: (line: Line) => void;
  #open: OpenLine | undefined;
  #pieceTime = '';
  #pieceOrdinal = 0;

  constructor(maxLineBytes: number, take: (line: Line) => void) {
    this.#maxLineBytes = maxLineBytes;
    this.#take = take;
  }

  /** The line that has begun and not ended. */
  get open(): Pick<Line, 'time' | 'ordinal'> | undefined {
    return this.#open;
  }

  /** Takes the piece `bytes[start, end)`, its line ending included. The bytes stay as they are: lines refer to them. */
  piece(time: string, bytes: Buffer, start: number, end: number): void {
    if (this.#open !== undefined && this.#open.time !== time) this.flush();
    let from = start;
    while (from < end) {
      const ordinal = this.#nextOrdinal(time);
      const lineEnd = bytes.indexOf(newline, from);
      if (lineEnd < 0 || lineEnd >= end) {
        this.#append(time, ordinal, bytes.subarray(from, end));
        return;
      }
      this.#end(time, ordinal, bytes, from, lineEnd);
      from = lineEnd + 1;
    }
  }

  /** Ends the open line without a line ending: its container has stopped. */
  flush(): void {
    this.#close(false);
  }

  #close(isTerminated: boolean): void {
    if (this.#open === undefined) return;
    const { time, ordinal, parts, truncated } = this.#open;
    this.#open = undefined;
    const bytes = Buffer.concat(parts);
    this.#take({ time, ordinal, bytes, start: 0, end: bytes.length, truncated, isTerminated });
  }

  #nextOrdinal(time: string): number {
    this.#pieceOrdinal = time === this.#pieceTime ? this.#pieceOrdinal + 1 : 0;
    this.#pieceTime = time;
    return this.#pieceOrdinal;
  }

  #end(time: string, ordinal: number, bytes: Buffer, start: number, end: number): void {
    if (this.#open === undefined && end - start <= this.#maxLineBytes) {
      this.#take({ time, ordinal, bytes, start, end, truncated: false, isTerminated: true });
      return;
    }
    this.#append(time, ordinal, bytes.subarray(start, end));
    this.#close(true);
  }

  #append(time: string, ordinal: number, part: Buffer): void {
    this.#open ??= { time, ordinal, parts: [], length: 0, truncated: false };
    const open = this.#open;
    if (open.truncated) return;
    const room = this.#maxLineBytes - open.length;
    open.truncated = part.length > room;
    const kept = open.truncated ? part.subarray(0, wholeCharacters(part, room)) : part;
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
