import { isUtf8 } from 'node:buffer';

/** Where a {@link JsonWritable} writes to. */
export interface JsonTarget {
  /** JSON that is ready, as bytes. */
  raw(bytes: Uint8Array): void;
  /** JSON that is ready and pure ASCII. */
  ascii(text: string): void;
  /** UTF-8 text, all of it or `text[start, end)`, as a JSON string with its quotes. Invalid bytes become U+FFFD. */
  quoted(text: Buffer, start?: number, end?: number): void;
}

const [quote, backslash, firstPrintable, lastAscii] = [0x22, 0x5c, 0x20, 0x7f];
const escapes = Array.from({ length: firstPrintable }, (_, code) =>
  JSON.stringify(String.fromCharCode(code)).slice(1, -1),
);

/** By byte: 1 where it stands for itself in a JSON string, whatever is around it. */
const isPlain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= firstPrintable && byte <= lastAscii && byte !== quote && byte !== backslash ? 1 : 0,
);

// Four bytes at a time: the top bit of a byte is set where it is no ASCII, and after the subtraction also where it was
// below what is subtracted (S. E. Anderson, Bit Twiddling Hacks, "haszero"; H. Warren, Hacker's Delight, 6-1).
const [topBits, ones, blanks, quotes, backslashes] = [
  0x80808080 | 0,
  0x01010101,
  0x20202020,
  0x22222222,
  0x5c5c5c5c,
];

const leastBytes = 16 * 1024;
/** The bytes that were looked at last: as a rule the next text lies among them, too. Kept until others are. */
const looked: { buffer: ArrayBufferLike; view: DataView } = {
  buffer: new ArrayBuffer(0),
  view: new DataView(new ArrayBuffer(0)),
};

/** Grows as it is written to. What was begun can be taken back. */
export class JsonBytes implements JsonTarget {
  #bytes = Buffer.alloc(0);
  #length = 0;

  /** Bytes written. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory. */
  get capacity(): number {
    return this.#bytes.length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  ascii(text: string): void {
    this.#reserve(text.length);
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
  }

  /** Any text, as UTF-8. */
  text(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  quoted(text: Buffer, start = 0, end = text.length): void {
    this.byte(quote);
    const ascii = this.#escapedAscii(text, start, end);
    if (ascii < end) {
      const rest = text.subarray(ascii, end);
      const valid = isUtf8(rest) ? rest : Buffer.from(rest.toString('utf8'));
      this.#escaped(valid);
    }
    this.byte(quote);
  }

  /** Forgets what was written behind the first `length` bytes. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** What was written, until the next change. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Copies up to the first byte that is not ASCII, and says where that is: most text needs no more. */
  #escapedAscii(text: Buffer, start: number, end: number): number {
    let from = start;
    let at = start;
    while (true) {
      at = plainUntil(text, at, end);
      this.#copy(text, from, at);
      if (at === end || (text[at] as number) > lastAscii) return at;
      this.#escape(text[at] as number);
      from = ++at;
    }
  }

  /** Copies valid UTF-8, in runs between the bytes that JSON wants escaped. */
  #escaped(text: Buffer): void {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const byte = text[at] as number;
      if (byte >= firstPrintable && byte !== quote && byte !== backslash) continue;
      this.#copy(text, from, at);
      this.#escape(byte);
      from = at + 1;
    }
    this.#copy(text, from, text.length);
  }

  #escape(byte: number): void {
    if (byte < firstPrintable) this.ascii(escapes[byte] as string);
    else {
      this.byte(backslash);
      this.byte(byte);
    }
  }

  #copy(text: Buffer, from: number, to: number): void {
    this.#reserve(to - from);
    this.#length += text.copy(this.#bytes, this.#length, from, to);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2, leastBytes));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Where the first byte is that does not stand for itself in a JSON string. */
function plainUntil(text: Buffer, start: number, end: number): number {
  if (text.buffer !== looked.buffer) {
    looked.buffer = text.buffer;
    looked.view = new DataView(text.buffer);
  }
  const { view } = looked;
  const offset = text.byteOffset;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const four = view.getInt32(offset + at, true);
    const toQuote = (four ^ quotes) - ones;
    const toBackslash = (four ^ backslashes) - ones;
    if (((four | (four - blanks) | toQuote | toBackslash) & topBits) !== 0) break;
  }
  while (at < end && isPlain[text[at] as number] === 1) at++;
  return at;
}
