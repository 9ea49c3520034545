import { type EntrySource, type EntrySplitter, Gate, type TakeEntry } from './entry.ts';
import { instantOf } from './instant.ts';
import { isRecord } from './json.ts';
import { jsonStringEnd, unescapeInPlace } from './json-string.ts';
import { StampReader } from './stamp.ts';
import { normalisedTime } from './timestamp.ts';

const [newline, quote, backslash, comma] = [0x0a, 0x22, 0x5c, 0x2c];
const [letterE, letterN, letterO, letterZ] = [0x65, 0x6e, 0x6f, 0x5a];
const closingBrace = 0x7d;

// `{"log":"TEXT","stream":"stdout","attrs":{…},"time":"TIME"}`: moby daemon/logger/jsonfilelog/jsonlog.
const head = Buffer.from('{"log":"');
const streamKey = Buffer.from(',"stream":"std');
const attrsKey = Buffer.from(',"attrs":');
const timeKey = Buffer.from(',"time":"');
/** `,"stream":"stdout"`: both names are as long. */
const streamBytes = streamKey.length + 4;
const [longestTime, shortestTime] = [30, 20];
/** An entry has 16 KiB of text, escaped to six times as much at most, and its attributes. What is longer is none. */
const longestLineBytes = 1024 * 1024;
const keptOfLongLine = 256 * 1024;

/**
 * Cuts the bytes of a `json-file` log into entries. Compares what the driver always writes the same way, and
 * decodes texts in place; any other JSON of the same meaning is parsed. A line that is none of these is damage:
 * the NULs that a power cut leaves, or an entry that was not written to its end. It is counted, and reading goes on
 * with the entry that begins in it, or in the next line.
 */
export class JsonFileSplitter implements EntrySplitter {
  readonly #gate: Gate;
  readonly #at = new StampReader();
  #pending: Buffer = Buffer.alloc(0);
  #hasNul = false;
  /** The attributes of the entry before: they are the same in every entry of a run. */
  #attrs: Buffer = Buffer.alloc(0);
  damaged = 0;

  constructor(from?: string) {
    this.#gate = new Gate(from);
  }

  write(bytes: Buffer, take: TakeEntry): void {
    // As a rule a block has none, and its lines need not be searched for them.
    this.#hasNul = bytes.includes(0) || this.#pending.includes(0);
    let at = this.#pending.length > 0 ? this.#complete(bytes, take) : 0;
    while (at < bytes.length) {
      const end = bytes.indexOf(newline, at);
      if (end < 0) break;
      this.#line(bytes, at, end, take);
      at = end + 1;
    }
    if (at < bytes.length) this.#keep(bytes.subarray(at));
  }

  /** Adds what the pending line lacks; says how much of the bytes that took. */
  #complete(bytes: Buffer, take: TakeEntry): number {
    const end = bytes.indexOf(newline);
    if (end < 0) {
      this.#keep(bytes);
      return bytes.length;
    }
    const line = Buffer.concat([this.#pending, bytes.subarray(0, end + 1)]);
    this.#pending = Buffer.alloc(0);
    this.#line(line, 0, line.length - 1, take);
    return end + 1;
  }

  /** A copy, so that what waits does not pin the block. Of what is too long for a line its end is enough to go on. */
  #keep(bytes: Buffer): void {
    const line = Buffer.concat([this.#pending, bytes]);
    this.#pending =
      line.length > longestLineBytes
        ? Buffer.from(line.subarray(line.length - keptOfLongLine))
        : line;
  }

  /** The line `bytes[at, end)`, without its `\n`. */
  #line(bytes: Buffer, at: number, end: number, take: TakeEntry): void {
    if (end - at > longestLineBytes) this.#resynchronise(bytes, end - keptOfLongLine, end, take);
    else if (this.#hasNul && bytes.subarray(at, end).includes(0))
      this.#resynchronise(bytes, at, end, take);
    else if (!this.#usual(bytes, at, end, take) && !this.#unusual(bytes, at, end, take))
      this.#resynchronise(bytes, at, end, take);
  }

  /** Takes the line where it is as the driver writes it; whether it is. */
  #usual(bytes: Buffer, at: number, end: number, take: TakeEntry): boolean {
    if (end - at < head.length + streamBytes + timeKey.length + shortestTime + 3) return false;
    if (bytes[end - 1] !== closingBrace || bytes[end - 2] !== quote || bytes[end - 3] !== letterZ)
      return false;
    const timeStart = timeStartIn(bytes, end);
    const timeAt = timeStart - timeKey.length;
    if (timeStart < 0 || !isAt(bytes, timeAt, timeKey) || !isAt(bytes, at, head)) return false;
    const start = at + head.length;
    const streamAt = this.#streamAt(bytes, start, timeAt);
    const textEnd = streamAt - 1;
    if (textEnd < start || bytes[textEnd] !== quote || !isAt(bytes, streamAt, streamKey))
      return false;
    const source = sourceAt(bytes, streamAt + streamKey.length);
    if (source === undefined) return false;
    const escapeAt = bytes.indexOf(backslash, start);
    const isEscaped = escapeAt >= 0 && escapeAt < textEnd;
    const isEnded = escapeAt === textEnd - 2 && bytes[textEnd - 1] === letterN;
    // A quote before the text's end is that of an entry which begins in the middle of one that was cut off.
    if ((!isEscaped || isEnded) && bytes.indexOf(quote, start) !== textEnd) return false;
    const printedAt = this.#at;
    if (!printedAt.readWhole(bytes, timeStart, end - 2)) return false;
    if (!this.#gate.passes(printedAt)) return true;
    if (!isEscaped) {
      take(source, printedAt, bytes, start, textEnd);
      return true;
    }
    if (isEnded) {
      bytes[escapeAt] = newline;
      take(source, printedAt, bytes, start, escapeAt + 1);
      return true;
    }
    // Checked first: it must be whole for another reading of it.
    if (jsonStringEnd(bytes, start, end) !== textEnd) return false;
    const decodedEnd = unescapeInPlace(bytes, escapeAt, textEnd);
    if (decodedEnd < 0) return false;
    take(source, printedAt, bytes, start, decodedEnd);
    return true;
  }

  /** Where the stream's key begins, as seen from the time's; before what attributes were there last. */
  #streamAt(bytes: Buffer, start: number, timeAt: number): number {
    if (bytes[timeAt - 1] === quote) return timeAt - streamBytes;
    const attrs = this.#attrs;
    const attrsAt = timeAt - attrs.length;
    if (attrs.length > 0 && attrsAt > start && isAt(bytes, attrsAt, attrs))
      return attrsAt - streamBytes;
    return this.#streamBeforeNewAttrs(bytes, start, timeAt);
  }

  #streamBeforeNewAttrs(bytes: Buffer, start: number, timeAt: number): number {
    const textEnd = jsonStringEnd(bytes, start, timeAt);
    const attrsAt = textEnd + 1 + streamBytes;
    if (textEnd < 0 || attrsAt > timeAt || !isAt(bytes, attrsAt, attrsKey)) return -1;
    const attrs = bytes.subarray(attrsAt, timeAt);
    if (!isRecord(parsed(attrs.toString('utf8', attrsKey.length)))) return -1;
    this.#attrs = Buffer.from(attrs);
    return textEnd + 1;
  }

  /** Takes the line where it is JSON of the same meaning; whether it is. */
  #unusual(bytes: Buffer, at: number, end: number, take: TakeEntry): boolean {
    const entry = parsed(bytes.toString('utf8', at, end));
    if (!isRecord(entry)) return false;
    const { log = '', stream, time } = entry;
    const nineDigits = typeof time === 'string' ? normalisedTime(time) : undefined;
    if (typeof log !== 'string' || nineDigits === undefined) return false;
    if (stream !== 'stdout' && stream !== 'stderr') return false;
    const printedAt = instantOf(nineDigits);
    if (!this.#gate.passes(printedAt)) return true;
    const text = Buffer.from(log);
    take(stream, printedAt, text, 0, text.length);
    return true;
  }

  /** Goes on with the last entry that begins in the line: inside of a text its quotes would be escaped. */
  #resynchronise(bytes: Buffer, at: number, end: number, take: TakeEntry): void {
    if (this.#gate.isOpen) this.damaged++;
    const from = bytes.subarray(at, end).lastIndexOf(head);
    if (from < 0) return;
    const next = at + from;
    if (bytes.subarray(next, end).includes(0)) return;
    if (!this.#usual(bytes, next, end, take)) this.#unusual(bytes, next, end, take);
  }
}

/** Where the time begins whose quote and brace end the line; -1 where there is none. */
function timeStartIn(bytes: Buffer, end: number): number {
  const timeEnd = end - 2;
  // Go leaves out the zeros at the end of the fraction: nine times in ten there are none.
  for (let length = longestTime; length >= shortestTime; length--)
    if (bytes[timeEnd - length - 1] === quote) return timeEnd - length;
  return -1;
}

function sourceAt(bytes: Buffer, at: number): EntrySource | undefined {
  if (bytes[at + 3] !== quote || bytes[at + 4] !== comma) return undefined;
  if (bytes[at] === letterO) return 'stdout';
  return bytes[at] === letterE ? 'stderr' : undefined;
}

function isAt(bytes: Buffer, at: number, sought: Buffer): boolean {
  for (let index = 0; index < sought.length; index++)
    if (bytes[at + index] !== sought[index]) return false;
  return true;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
