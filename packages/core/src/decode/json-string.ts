const [quote, backslash, letterU] = [0x22, 0x5c, 0x75];

// `\n`, `\"` and the like: the letter behind the backslash, and what it stands for.
const shortEscapes = new Map([
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x2f, 0x2f],
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);
const escapedBytes = Uint8Array.from({ length: 256 }, (_, letter) => shortEscapes.get(letter) ?? 0);
const replacementCharacter = 0xfffd;

/** Where the string ends that begins at `from`: its quote; -1 where there is none before `limit`. */
export function jsonStringEnd(bytes: Buffer, from: number, limit: number): number {
  for (let at = from; at < limit; at++) {
    const byte = bytes[at];
    if (byte === quote) return at;
    if (byte === backslash) at++;
  }
  return -1;
}

/**
 * Decodes the JSON string `bytes[from, end)` in place, from its first escape on: what is escaped is never
 * shorter than what it stands for. Answers with its new end; -1 where it is no JSON string.
 */
export function unescapeInPlace(bytes: Buffer, from: number, end: number): number {
  let to = from;
  for (let at = from; at < end; ) {
    const byte = bytes[at] as number;
    if (byte !== backslash) {
      if (byte === quote) return -1;
      bytes[to++] = byte;
      at++;
      continue;
    }
    const letter = at + 1 < end ? (bytes[at + 1] as number) : 0;
    if (letter !== letterU) {
      const meant = escapedBytes[letter] as number;
      if (meant === 0) return -1;
      bytes[to++] = meant;
      at += 2;
      continue;
    }
    const unit = hexAt(bytes, at + 2, end);
    if (unit < 0) return -1;
    at += 6;
    const low = isHigh(unit) ? lowSurrogateAt(bytes, at, end) : -1;
    if (low >= 0) at += 6;
    to = writeCharacter(bytes, to, characterOf(unit, low));
  }
  return to;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function lowSurrogateAt(bytes: Buffer, at: number, end: number): number {
  if (at + 6 > end || bytes[at] !== backslash || bytes[at + 1] !== letterU) return -1;
  const unit = hexAt(bytes, at + 2, end);
  return unit >= 0xdc00 && unit < 0xe000 ? unit : -1;
}

/** Half a pair is no character; Go and Node both put U+FFFD there. */
function characterOf(unit: number, low: number): number {
  if (low >= 0) return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  return unit >= 0xd800 && unit < 0xe000 ? replacementCharacter : unit;
}

/** The number that four hexadecimal digits at `at` write; -1 where they are none. */
function hexAt(bytes: Buffer, at: number, end: number): number {
  if (at + 4 > end) return -1;
  let value = 0;
  for (let index = at; index < at + 4; index++) {
    const digit = hexDigit(bytes[index] as number);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Writes a character as UTF-8 and says where the next begins. */
function writeCharacter(bytes: Buffer, at: number, character: number): number {
  if (character < 0x80) {
    bytes[at] = character;
    return at + 1;
  }
  if (character < 0x800) {
    bytes[at] = 0xc0 | (character >> 6);
    bytes[at + 1] = 0x80 | (character & 0x3f);
    return at + 2;
  }
  if (character < 0x10000) {
    bytes[at] = 0xe0 | (character >> 12);
    bytes[at + 1] = 0x80 | ((character >> 6) & 0x3f);
    bytes[at + 2] = 0x80 | (character & 0x3f);
    return at + 3;
  }
  bytes[at] = 0xf0 | (character >> 18);
  bytes[at + 1] = 0x80 | ((character >> 12) & 0x3f);
  bytes[at + 2] = 0x80 | ((character >> 6) & 0x3f);
  bytes[at + 3] = 0x80 | (character & 0x3f);
  return at + 4;
}
