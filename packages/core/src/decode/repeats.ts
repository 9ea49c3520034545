import { earliest, isLater, isSameInstant } from './instant.ts';
import type { Line } from './lines.ts';

// Docker 20.10 repeated up to about fifty lines when a log rotated under load.
const remembered = 256;

// A longer line comes in pieces (moby daemon/logger/copier.go).
const pieceBytes = 16 * 1024;

const nothing: Buffer = Buffer.alloc(0);

/**
 * Recognises lines that an engine sends twice on one connection, as Docker 20.10 does when the log rotates while
 * it is followed. Of one stream; looks back only where the times do, so that it costs nothing as a rule.
 */
export class RecentLines {
  readonly #seconds = new Float64Array(remembered);
  readonly #nanos = new Int32Array(remembered);
  readonly #ordinals = new Int32Array(remembered);
  #next = 0;
  readonly #youngest = { ...earliest };
  /** The line before: its moment, and where its text is. */
  readonly #last = { ...earliest, bytes: nothing, start: 0, end: 0, isOwn: true };

  /** Whether the line was seen before; remembers it if not. */
  isRepeated(line: Line): boolean {
    const isLatest = isLater(line, this.#youngest);
    if (!isLatest && (this.#isLast(line) || this.#has(line))) return true;
    this.#seconds[this.#next] = line.seconds;
    this.#nanos[this.#next] = line.nanos;
    this.#ordinals[this.#next] = line.ordinal;
    this.#next = (this.#next + 1) % remembered;
    if (isLatest) {
      this.#youngest.seconds = line.seconds;
      this.#youngest.nanos = line.nanos;
    }
    this.#setLast(line);
    return false;
  }

  /** To be called before the bytes of the last line may change: it no longer shares its neighbours'. */
  rest(): void {
    const last = this.#last;
    if (last.isOwn) return;
    last.isOwn = true;
    last.bytes = Buffer.from(last.bytes.subarray(last.start, last.end));
    last.end -= last.start;
    last.start = 0;
  }

  #setLast({ seconds, nanos, bytes, start, end }: Line): void {
    const last = this.#last;
    last.seconds = seconds;
    last.nanos = nanos;
    last.bytes = bytes;
    last.start = start;
    last.end = end;
    last.isOwn = false;
  }

  #has({ seconds, nanos, ordinal }: Line): boolean {
    for (let at = this.#nanos.indexOf(nanos); at >= 0; at = this.#nanos.indexOf(nanos, at + 1))
      if (this.#seconds[at] === seconds && this.#ordinals[at] === ordinal) return true;
    return false;
  }

  /**
   * Whether it is the last line once more, or the last pieces of it. Repeated at once it looks like one more line
   * of its time, of which there is none with the same text: the engine's clock tells nanoseconds.
   */
  #isLast(line: Line): boolean {
    const last = this.#last;
    if (!isSameInstant(last, line)) return false;
    const [length, lastLength] = [line.end - line.start, last.end - last.start];
    if (length > lastLength || (length < lastLength && lastLength <= pieceBytes)) return false;
    const from = last.end - length;
    return last.bytes.compare(line.bytes, line.start, line.end, from, last.end) === 0;
  }
}
