const newline = 0x0a;
const readMarker = '"time":"';
const printedMarker = 'at=';
// 2026-01-02T03:04:05.123456789Z
const timeLength = 30;
// 1767323045.123456
const secondsLength = 17;

/** Unix times in milliseconds that a line carries. */
export interface TimesOfLine {
  /** When the engine read the line. */
  readonly readMs?: number;
  /** When it was printed. */
  readonly printedMs?: number;
}

/** Finds the times of records in a stream of lines of JSON. A line without its end is none. */
export class LineTimes {
  #rest: Buffer = Buffer.alloc(0);
  readonly #found: (times: TimesOfLine) => void;

  constructor(found: (times: TimesOfLine) => void) {
    this.#found = found;
  }

  take(bytes: Buffer): void {
    const joined = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let start = 0;
    for (let end = joined.indexOf(newline); end !== -1; end = joined.indexOf(newline, start)) {
      this.#found(timesOf(joined.toString('latin1', start, end)));
      start = end + 1;
    }
    this.#rest = joined.subarray(start);
  }
}

function timesOf(line: string): TimesOfLine {
  const read = after(line, readMarker, timeLength);
  const printed = after(line, printedMarker, secondsLength);
  return {
    ...(read !== undefined && { readMs: unixMs(read) }),
    ...(printed !== undefined && { printedMs: Number(printed) * 1_000 }),
  };
}

function after(line: string, marker: string, length: number): string | undefined {
  const at = line.indexOf(marker);
  return at === -1 ? undefined : line.slice(at + marker.length, at + marker.length + length);
}

/** `Date` has whole milliseconds; the rest is added. */
function unixMs(time: string): number {
  const wholeSeconds = Date.parse(`${time.slice(0, 19)}Z`);
  return wholeSeconds + Number(`0${time.slice(19, -1)}`) * 1_000;
}
