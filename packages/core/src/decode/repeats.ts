import { earliest, isLater, isSameInstant } from './instant.ts';
import { type Line, pieceBytes } from './lines.ts';

// Docker 20.10 repeats hundreds of lines at once where logs rotate as fast as it writes them (`pnpm bench rotation`).
const [fewestLines, mostLines, rememberedSeconds] = [64, 4_096, 1];

const nothing: Buffer = Buffer.alloc(0);

/**
 * Recognises lines that an engine sends twice on one connection, as Docker 20.10 does when the log rotates while
 * it is followed. Of one stream; looks back only where the times do, so that it costs nothing as a rule. Remembers
 * the lines of the last second, but no more than 4,096 and no fewer than 64.
 */
export class RecentLines {
  #seconds = new Float64Array(fewestLines);
  #nanos = new Int32Array(fewestLines);
  #ordinals = new Int32Array(fewestLines);
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
    if (++this.#next === this.#nanos.length) this.#turn();
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

  /** Goes on in place of the oldest lines, or behind the youngest if even the oldest are young. */
  #turn(): void {
    const { length } = this.#nanos;
    const oldest = this.#seconds[0] as number;
    if (length === mostLines || this.#youngest.seconds - oldest > rememberedSeconds) {
      this.#next = 0;
      return;
    }
    this.#seconds = grown(this.#seconds, new Float64Array(2 * length));
    this.#nanos = grown(this.#nanos, new Int32Array(2 * length));
    this.#ordinals = grown(this.#ordinals, new Int32Array(2 * length));
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

function grown<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
