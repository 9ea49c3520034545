import type { Instant } from './instant.ts';
import type { Line } from './lines.ts';
import { LogRecord, type LogSource, logWeight } from './log.ts';
import type { Records } from './records.ts';

/** What neighbouring lines mostly share. */
interface Part {
  readonly source: LogSource;
  /** Where the messages are. */
  bytes: Buffer;
}

// One row a line. Seconds are kept as the difference to those of the first line, so that 32 bits are enough.
const [secondsCell, nanosCell, ordinalCell, startCell, endCell, partCell, width] = [
  0, 1, 2, 3, 4, 5, 6,
];
// Of few rows the cells lie in the heap, which costs much less than memory of their own (V8: 64 bytes at most).
const [leastRows, partShift, unterminated, truncated] = [2, 2, 1, 2];
const farthestSeconds = 2 ** 31 - 1;
// Of two streams whose lines alternate, and a long line between them.
const recentParts = 4;

// Messages are gathered here, of one chunk at a time, and copied out once with exactly their length: what is read is
// not kept, and what is kept is not more than the messages.
const gathered = Buffer.allocUnsafeSlow(128 * 1024);
const longestGathered = 16 * 1024;
const gathering: { for?: LogColumns | undefined } = {};

/**
 * Lines on their way, in columns. An object for each line would be moved about and looked after by the garbage
 * collector until its delivery is confirmed; that cost as much as all that is done with the line.
 */
export class LogColumns {
  readonly #parts: Part[] = [];
  #cells: Int32Array;
  #length = 0;
  #baseSeconds = 0;
  /** Of what was gathered. */
  #gatheredBytes = 0;
  /** The first part whose messages are there. */
  #firstGathered = 0;

  constructor(expectedRows: number) {
    this.#cells = new Int32Array(Math.max(leastRows, expectedRows) * width);
  }

  get length(): number {
    return this.#length;
  }

  /** Whether the line's time is near enough to that of the first. */
  takes({ seconds }: Instant): boolean {
    return this.#length === 0 || Math.abs(seconds - this.#baseSeconds) <= farthestSeconds;
  }

  /** Adds the line; its message is copied. */
  add(source: LogSource, line: Line): void {
    if (this.#length === 0) this.#baseSeconds = line.seconds;
    const at = this.#length * width;
    if (at === this.#cells.length) this.#grow();
    const cells = this.#cells;
    const flags = (line.isTerminated ? 0 : unterminated) | (line.truncated ? truncated : 0);
    cells[at + secondsCell] = line.seconds - this.#baseSeconds;
    cells[at + nanosCell] = line.nanos;
    cells[at + ordinalCell] = line.ordinal;
    const length = line.end - line.start;
    const isGathered = length <= longestGathered;
    const start = isGathered ? this.#gather(line, length) : 0;
    const bytes = isGathered ? gathered : Buffer.from(line.bytes.subarray(line.start, line.end));
    cells[at + startCell] = start;
    cells[at + endCell] = start + length;
    cells[at + partCell] = (this.#partOf(source, bytes) << partShift) | flags;
    this.#length++;
  }

  /** All lines. Nothing may be added from here on. */
  lines(): LogLines {
    const { length } = this;
    this.#settle();
    return new LogLines(this.#cells, this.#parts, this.#baseSeconds, { from: 0, to: length });
  }

  #partOf(source: LogSource, bytes: Buffer): number {
    const parts = this.#parts;
    const oldest = Math.max(this.#firstGathered, parts.length - recentParts);
    for (let at = parts.length - 1; at >= oldest; at--) {
      const part = parts[at] as Part;
      if (part.bytes === bytes && part.source === source) return at;
    }
    return parts.push({ source, bytes }) - 1;
  }

  /** Copies the message to the others of the chunk, and says where it begins. */
  #gather({ bytes, start, end }: Line, length: number): number {
    if (gathering.for !== this || this.#gatheredBytes + length > gathered.length) {
      const before = gathering.for;
      if (before !== undefined) before.#settle();
      gathering.for = this;
    }
    const at = this.#gatheredBytes;
    bytes.copy(gathered, at, start, end);
    this.#gatheredBytes = at + length;
    return at;
  }

  /** Gives the messages that were gathered a place of their own. */
  #settle(): void {
    if (gathering.for !== this) return;
    gathering.for = undefined;
    const own = Buffer.from(gathered.subarray(0, this.#gatheredBytes));
    for (let at = this.#firstGathered; at < this.#parts.length; at++) {
      const part = this.#parts[at] as Part;
      if (part.bytes === gathered) part.bytes = own;
    }
    this.#firstGathered = this.#parts.length;
    this.#gatheredBytes = 0;
  }

  #grow(): void {
    const grown = new Int32Array(this.#cells.length * 2);
    grown.set(this.#cells);
    this.#cells = grown;
  }
}

/** A line while a record is made of it. */
const line = {
  seconds: 0,
  nanos: 0,
  ordinal: 0,
  bytes: Buffer.alloc(0) as Buffer,
  start: 0,
  end: 0,
  truncated: false,
  isTerminated: true,
};

/** Lines of one log, as records that are made when they are asked for. */
export class LogLines implements Records<LogRecord> {
  readonly #cells: Int32Array;
  readonly #parts: readonly Part[];
  readonly #baseSeconds: number;
  readonly #from: number;
  readonly #to: number;

  /** Of {@link LogColumns}. */
  constructor(
    cells: Int32Array,
    parts: readonly Part[],
    baseSeconds: number,
    rows: { readonly from: number; readonly to: number },
  ) {
    this.#cells = cells;
    this.#parts = parts;
    this.#baseSeconds = baseSeconds;
    this.#from = rows.from;
    this.#to = rows.to;
  }

  get length(): number {
    return this.#to - this.#from;
  }

  /** A record of its own on each call. */
  at(index: number): LogRecord | undefined {
    const row = index < 0 ? this.#to + index : this.#from + index;
    if (row < this.#from || row >= this.#to) return undefined;
    const cells = this.#cells;
    const at = row * width;
    const flags = cells[at + partCell] as number;
    const { source, bytes } = this.#parts[flags >> partShift] as Part;
    line.seconds = this.#baseSeconds + (cells[at + secondsCell] as number);
    line.nanos = cells[at + nanosCell] as number;
    line.ordinal = cells[at + ordinalCell] as number;
    line.bytes = bytes;
    line.start = cells[at + startCell] as number;
    line.end = cells[at + endCell] as number;
    line.truncated = (flags & truncated) !== 0;
    line.isTerminated = (flags & unterminated) === 0;
    return new LogRecord(source, line);
  }

  slice(from = 0, to = this.length): LogLines {
    const start = Math.min(this.#from + from, this.#to);
    const end = Math.max(start, Math.min(this.#from + to, this.#to));
    return new LogLines(this.#cells, this.#parts, this.#baseSeconds, { from: start, to: end });
  }

  weightAt(index: number): number {
    return logWeight(this.#sourceAt(index), this.lengthAt(index));
  }

  /** Bytes of the line's message. */
  lengthAt(index: number): number {
    const at = (this.#from + index) * width;
    return (this.#cells[at + endCell] as number) - (this.#cells[at + startCell] as number);
  }

  isStderrAt(index: number): boolean {
    return this.#sourceAt(index).stream === 'stderr';
  }

  *[Symbol.iterator](): Iterator<LogRecord> {
    for (let index = 0; index < this.length; index++) yield this.at(index) as LogRecord;
  }

  #sourceAt(index: number): LogSource {
    const flags = this.#cells[(this.#from + index) * width + partCell] as number;
    return (this.#parts[flags >> partShift] as Part).source;
  }
}
