import {
  type EntrySource,
  type EntrySplitter,
  Gate,
  LogFileError,
  type TakeEntry,
} from './entry.ts';
import type { Instant } from './instant.ts';

const newline = 0x0a;
/** Before and behind each entry: its length, big endian. */
export const localLengthBytes = 4;
/** The driver's own bound (moby daemon/logger/local/read.go, maxMsgLen). */
const longestLocalEntryBytes = 1_000_000;

/** Fields of `LogEntry` and `PartialLogEntryMetadata` (moby api/types/plugins/logdriver/entry.proto). */
const field = { source: 1, timeNano: 2, line: 3, partial: 4, partialMetadata: 5 } as const;
const lastOfPartial = 1;
const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const nanosPerSecond = 1_000_000_000n;

/**
 * Cuts the bytes of a `local` log into entries: a length, a protobuf `LogEntry`, the length again. Nothing in it
 * tells where an entry begins, so damage cannot be read over.
 */
export class LocalFileSplitter implements EntrySplitter {
  readonly #gate: Gate;
  #pending: Buffer = Buffer.alloc(0);
  readonly damaged = 0;

  constructor(from?: string) {
    this.#gate = new Gate(from);
  }

  write(chunk: Buffer, take: TakeEntry): void {
    const bytes = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk;
    let at = 0;
    while (bytes.length - at >= localLengthBytes) {
      const length = localEntryLength(bytes, at);
      const start = at + localLengthBytes;
      const end = start + length;
      if (end + localLengthBytes > bytes.length) break;
      if (bytes.readUInt32BE(end) !== length) throw broken('its two lengths differ');
      this.#entry(bytes, start, end, take);
      at = end + localLengthBytes;
    }
    this.#pending = Buffer.from(bytes.subarray(at));
  }

  #entry(bytes: Buffer, start: number, end: number, take: TakeEntry): void {
    const fields = new Fields(bytes, start, end);
    let source: EntrySource = 'stdout';
    let nanos = 0n;
    let [lineStart, lineEnd] = [start, start];
    let [isPartial, isLast] = [false, false];
    while (fields.next()) {
      if (fields.number === field.source) source = sourceIn(fields);
      else if (fields.number === field.timeNano) nanos = fields.value;
      else if (fields.number === field.line) [lineStart, lineEnd] = [fields.start, fields.end];
      else if (fields.number === field.partial) isPartial = fields.value !== 0n;
      else if (fields.number === field.partialMetadata) isLast = isLastIn(fields);
    }
    const at = instantOfNanos(nanos);
    if (!this.#gate.passes(at)) return;
    // The driver leaves the line ending out. Behind the line there is room for it: the entry's length at least.
    const isEnded = !isPartial || isLast;
    if (isEnded) bytes[lineEnd] = newline;
    take(source, at, bytes, lineStart, isEnded ? lineEnd + 1 : lineEnd);
  }
}

function instantOfNanos(nanos: bigint): Instant {
  return { seconds: Number(nanos / nanosPerSecond), nanos: Number(nanos % nanosPerSecond) };
}

/** The length that stands at `at`. Throws {@link LogFileError} where no entry is so long. */
export function localEntryLength(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at);
  if (length === 0 || length > longestLocalEntryBytes) throw broken(`one of ${length} bytes`);
  return length;
}

function broken(what: string): LogFileError {
  return new LogFileError(`reading a log file of the driver local: ${what} is not an entry`);
}

function sourceIn({ bytes, start, end }: Fields): EntrySource {
  const name = bytes.toString('latin1', start, end);
  if (name === 'stdout' || name === 'stderr') return name;
  throw broken('one of another source');
}

function isLastIn({ bytes, start, end }: Fields): boolean {
  const fields = new Fields(bytes, start, end);
  let isLast = false;
  while (fields.next()) if (fields.number === lastOfPartial) isLast = fields.value !== 0n;
  return isLast;
}

/** The fields of a protobuf message, one after the other (protobuf.dev/programming-guides/encoding). */
class Fields {
  readonly bytes: Buffer;
  readonly #end: number;
  #at: number;
  number = 0;
  /** Of a field that is a number. */
  value = 0n;
  /** Of a field that is bytes: `bytes[start, end)`. */
  start = 0;
  end = 0;

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Goes to the next field; whether there is one. Throws {@link LogFileError}. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    const tag = Number(this.#varint());
    this.number = Math.floor(tag / 8);
    const kind = tag % 8;
    this.start = this.#at;
    if (kind === wire.varint) this.value = this.#varint();
    else if (kind === wire.bytes) this.#bytes();
    else if (kind === wire.fixed64) this.#at += 8;
    else if (kind === wire.fixed32) this.#at += 4;
    else throw broken('a field of an unknown kind');
    if (this.#at > this.#end) throw broken('a field that is longer than it');
    return true;
  }

  #bytes(): void {
    const length = Number(this.#varint());
    this.start = this.#at;
    this.end = this.start + length;
    this.#at = this.end;
  }

  #varint(): bigint {
    let [low, value, shift] = [0, 0n, 0n];
    // 28 bits at a time: as numbers, which is cheaper than bit by bit as a bigint.
    for (let bits = 0; shift < 70n; bits += 7) {
      if (bits === 28) {
        value |= BigInt(low) << shift;
        [low, bits, shift] = [0, 0, shift + 28n];
      }
      if (this.#at >= this.#end) throw broken('a number without an end');
      const byte = this.bytes[this.#at++] as number;
      low |= (byte & 0x7f) << bits;
      if (byte < 0x80) return value | (BigInt(low) << shift);
    }
    throw broken('a number of more than 64 bits');
  }
}
