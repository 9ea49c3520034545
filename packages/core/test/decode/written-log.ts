import fc from 'fast-check';
import { frame, timeAt } from './bytes.ts';

/** One entry as a log driver is given it: its line ending is part of the text, where it has one. */
export interface WrittenEntry {
  readonly stream: 'stdout' | 'stderr';
  readonly nanos: number;
  readonly text: string;
}

/** Texts with all that is written in another way than it stands. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '<',
      '&',
      '\t',
      '\r',
      '\0',
      '\u2028',
      '\ufffd',
      'ü',
      '🚢',
      'n',
      '{"log":"',
    ),
    maxLength: 20,
  }),
);

/** Lines, and pieces of lines, in the order of a log. */
export const anyEntries: fc.Arbitrary<WrittenEntry[]> = fc.array(
  fc.record({
    stream: fc.constantFrom('stdout', 'stderr'),
    nanos: fc.oneof(
      fc.nat(999_999_999),
      fc.nat(9).map((digit) => digit * 100_000_000),
    ),
    text: fc
      .tuple(anyText, fc.constantFrom('\n', '\n', '\n', ''))
      .map(([text, ending]) => text.replaceAll('\n', ' ') + ending),
  }),
  { maxLength: 25 },
);

/** As moby's jsonfilelog writes them (daemon/logger/jsonfilelog/jsonlog/jsonlogbytes.go). */
export function jsonFile(entries: readonly WrittenEntry[], attrs?: object): Buffer {
  const lines = entries.map(({ stream, nanos, text }) => {
    const log = text === '' ? '' : `"log":${goString(text)},`;
    const extra = attrs === undefined ? '' : `"attrs":${JSON.stringify(attrs)},`;
    return `{${log}"stream":"${stream}",${extra}"time":"${trimmed(timeAt(nanos))}"}\n`;
  });
  return Buffer.from(lines.join(''));
}

/** Go leaves out the zeros at a fraction's end. */
function trimmed(time: string): string {
  return time.replace(/\.?0*Z$/, 'Z');
}

const escapes = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);
const written = new Set('<>&\u2028\u2029\ufffd');

function goString(text: string): string {
  const characters = Array.from(text, (character) => {
    const short = escapes.get(character);
    if (short !== undefined) return short;
    if (character >= ' ' && !written.has(character)) return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${characters.join('')}"`;
}

/** As moby's driver `local` writes them (daemon/logger/local; entry.proto). */
export function localFile(entries: readonly WrittenEntry[], attrs = false): Buffer {
  return Buffer.concat(
    entries.map(({ stream, nanos, text }) => {
      const isEnded = text.endsWith('\n');
      const line = Buffer.from(isEnded ? text.slice(0, -1) : text);
      const time = BigInt(Date.parse(timeAt(0))) * 1_000_000n + BigInt(nanos);
      const metadata = bytesField(2, Buffer.from('id'));
      const entry = Buffer.concat([
        bytesField(1, Buffer.from(stream)),
        numberField(2, time),
        ...(line.length > 0 ? [bytesField(3, line)] : []),
        ...(isEnded ? [] : [numberField(4, 1n), bytesField(5, metadata)]),
        ...(attrs ? [bytesField(6, bytesField(1, Buffer.from('key')))] : []),
      ]);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(entry.length);
      return Buffer.concat([length, entry, length]);
    }),
  );
}

function numberField(number: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(number * 8)), varint(value)]);
}

function bytesField(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(BigInt(number * 8 + 2)), varint(BigInt(bytes.length)), bytes]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

/** As the engine's API sends them. */
export function frames(entries: readonly WrittenEntry[]): Buffer {
  return Buffer.concat(
    entries.map(({ stream, nanos, text }) =>
      frame(stream === 'stdout' ? 1 : 2, `${timeAt(nanos)} ${text}`),
    ),
  );
}
