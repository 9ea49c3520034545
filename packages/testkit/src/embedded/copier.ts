import { isUtf8 } from 'node:buffer';

// moby daemon/logger/copier.go, defaultBufSize.
const pieceBytes = 16 * 1024;
const newline = 0x0a;
const replacement = Buffer.from('\ufffd');

/** Takes one entry of the log: a whole line with its newline, or a piece of a longer one without. */
export type PieceSink = (payload: Buffer, timeNanos: bigint) => void;

/** What a log driver does to what it keeps. */
export interface LogStorage {
  /** The json file holds text, the local driver bytes. */
  readonly bytes: 'as-text' | 'as-they-are';
  /** The local driver of 20.10 forgets the newline of a line that came in pieces. */
  readonly newlineAfterPieces: 'kept' | 'lost';
}

/**
 * Cuts one output of a container into the entries of its log, as moby's copier does: lines; lines of 16 KiB
 * and more in pieces that all carry the time of the first; an unterminated rest only when the output ends.
 */
export class Copier {
  readonly #now: () => bigint;
  readonly #storage: LogStorage;
  readonly #log: PieceSink;
  #rest = Buffer.alloc(0);
  /** Set while a line is being cut: the time of its first piece. */
  #firstPieceNanos: bigint | undefined;

  constructor(now: () => bigint, storage: LogStorage, log: PieceSink) {
    this.#now = now;
    this.#storage = storage;
    this.#log = log;
  }

  write(bytes: Uint8Array): void {
    let buffer = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    while (buffer.length > 0) {
      const end = buffer.subarray(0, pieceBytes).indexOf(newline);
      if (end >= 0) {
        this.#logLine(buffer.subarray(0, end));
        buffer = buffer.subarray(end + 1);
      } else if (buffer.length >= pieceBytes) {
        this.#logPiece(buffer.subarray(0, pieceBytes));
        buffer = buffer.subarray(pieceBytes);
      } else break;
    }
    this.#rest = Buffer.from(buffer);
  }

  /** The output has ended. */
  end(): void {
    if (this.#rest.length > 0) this.#logPiece(this.#rest);
    this.#rest = Buffer.alloc(0);
    this.#firstPieceNanos = undefined;
  }

  #logLine(line: Buffer): void {
    const timeNanos = this.#firstPieceNanos ?? this.#now();
    const isLastPiece = this.#firstPieceNanos !== undefined;
    this.#firstPieceNanos = undefined;
    const ending = isLastPiece && this.#storage.newlineAfterPieces === 'lost' ? '' : '\n';
    this.#log(Buffer.concat([this.#stored(line), Buffer.from(ending)]), timeNanos);
  }

  #logPiece(piece: Buffer): void {
    this.#firstPieceNanos ??= this.#now();
    this.#log(this.#stored(piece), this.#firstPieceNanos);
  }

  #stored(bytes: Buffer): Buffer {
    return this.#storage.bytes === 'as-text' ? asText(bytes) : Buffer.from(bytes);
  }
}

/**
 * The bytes as the json file gives them back: each byte that is not part of valid UTF-8 is a U+FFFD, as Go
 * decodes (one per byte, where the WHATWG decoder has one per broken character). A character cut by the border
 * of two pieces is broken on both sides.
 */
export function asText(bytes: Buffer): Buffer {
  if (isUtf8(bytes)) return Buffer.from(bytes);
  const parts: Buffer[] = [];
  let validFrom = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    if (length === 0) {
      parts.push(bytes.subarray(validFrom, at), replacement);
      validFrom = at + 1;
    }
    at += Math.max(length, 1);
  }
  return Buffer.concat([...parts, bytes.subarray(validFrom)]);
}

/** 0 where no valid character begins. */
function characterLength(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const character = bytes.subarray(at, at + length);
  return character.length === length && isUtf8(character) ? length : 0;
}
