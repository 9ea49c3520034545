const newline = 0x0a;

/** Cuts a connection's bytes into lines. One that grows past the limit is handed on cut, once its newline is there. */
export class LineCutter {
  readonly #longestBytes: number;
  readonly #onLine: (line: Buffer) => void;
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  #lines = 0;

  constructor(longestBytes: number, onLine: (line: Buffer) => void) {
    this.#longestBytes = longestBytes;
    this.#onLine = onLine;
  }

  get lines(): number {
    return this.#lines;
  }

  /** What stands after the last newline. */
  get tail(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  /** Takes lines up to so many; the number of bytes taken. */
  take(bytes: Buffer, untilLines: number): number {
    let at = 0;
    while (at < bytes.length && this.#lines < untilLines) {
      const end = bytes.indexOf(newline, at);
      if (end === -1) {
        this.#hold(bytes.subarray(at));
        return bytes.length;
      }
      this.#hold(bytes.subarray(at, end));
      at = end + 1;
      this.#lines++;
      this.#onLine(this.#released());
    }
    return at;
  }

  #hold(piece: Buffer): void {
    const room = this.#longestBytes - this.#heldBytes;
    if (room <= 0 || piece.length === 0) return;
    this.#pieces.push(piece.subarray(0, room));
    this.#heldBytes += Math.min(room, piece.length);
  }

  #released(): Buffer {
    const [only] = this.#pieces;
    const line = this.#pieces.length === 1 && only ? only : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#heldBytes = 0;
    return line;
  }
}
