import { instantOf } from './instant.ts';
import type { Line } from './lines.ts';
import { LineAssembler } from './lines.ts';

const newline = 0x0a;
// Small writes without a line ending are kept together up to here: a buffer for each would cost more than they.
const pieceBytes = 16 * 1024;

/**
 * Cuts one output of a container, as it comes, into lines. Holds at most the line that has begun, up to the
 * longest line there may be, and one piece.
 */
export class OutputLines {
  readonly #assembler: LineAssembler;
  readonly #nextTime: () => string;
  #piece = Buffer.alloc(0);
  #pieceLength = 0;
  #time: string | undefined;

  constructor(maxLineBytes: number, nextTime: () => string, take: (line: Line) => void) {
    this.#assembler = new LineAssembler(maxLineBytes, take);
    this.#nextTime = nextTime;
  }

  /** Takes `bytes[start, end)`; they are copied. */
  write(bytes: Buffer, start: number, end: number): void {
    for (let from = start; from < end; ) {
      const ending = bytes.subarray(from, end).indexOf(newline);
      const to = ending < 0 ? end : from + ending + 1;
      this.#time ??= this.#nextTime();
      if (ending < 0) this.#keep(bytes, from, to);
      else this.#end(bytes, from, to, this.#time);
      from = to;
    }
  }

  /** Ends the line that has begun: its container has stopped. */
  flush(): void {
    this.#assemblePiece();
    this.#assembler.flush();
    this.#time = undefined;
  }

  #end(bytes: Buffer, from: number, to: number, time: string): void {
    this.#assemblePiece();
    // The line's own: it may wait for long, and is not to keep all that was received with it.
    this.#assembler.piece(instantOf(time), Buffer.from(bytes.subarray(from, to)), 0, to - from);
    this.#time = undefined;
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    if (this.#piece.length === 0) this.#piece = Buffer.allocUnsafe(pieceBytes);
    for (let at = from; at < to; ) {
      const length = Math.min(to - at, pieceBytes - this.#pieceLength);
      bytes.copy(this.#piece, this.#pieceLength, at, at + length);
      this.#pieceLength += length;
      at += length;
      if (this.#pieceLength === pieceBytes) this.#assemblePiece();
    }
  }

  #assemblePiece(): void {
    if (this.#pieceLength === 0 || this.#time === undefined) return;
    this.#assembler.piece(instantOf(this.#time), this.#piece, 0, this.#pieceLength);
    this.#pieceLength = 0;
  }
}
