import { SpoolError } from './spool.ts';

// As much as most batches take.
const [leastBytes, keptBytes] = [64 * 1024, 2 * 1024 * 1024];

/** Writes what {@link PayloadReader} reads, one payload after the other. Numbers are little-endian. */
export class PayloadWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(0);
  #view = viewOf(this.#bytes);
  #length = 0;

  begin(): void {
    this.#length = 0;
  }

  /** What was written since the beginning, as bytes of its own. */
  end(): Buffer {
    const payload = Buffer.allocUnsafeSlow(this.#length);
    this.#bytes.copy(payload, 0, 0, this.#length);
    if (this.#bytes.length > keptBytes) this.#take(Buffer.allocUnsafeSlow(0));
    return payload;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** The bytes, behind their length. */
  block(bytes: Uint8Array): void {
    this.uint32(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  text(text: string): void {
    this.block(Buffer.from(text));
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2, leastBytes));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#take(grown);
  }

  #take(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}

/** Reads what {@link PayloadWriter} wrote. Throws {@link SpoolError} `damaged` where something else was written. */
export class PayloadReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  /** A view on the bytes that stand behind their length. */
  block(): Buffer {
    const length = this.uint32();
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(): string {
    return this.block().toString('utf8');
  }

  /** JSON that stands behind its length. */
  json(): unknown {
    return parsed(this.text());
  }

  /** To be called when everything should have been read. */
  end(): void {
    if (this.#position !== this.#bytes.length) throw damaged('it is longer than its records');
  }

  #advance(by: number): number {
    const start = this.#position;
    if (by > this.#bytes.length - start) throw damaged('it ends in the middle of a record');
    this.#position = start + by;
    return start;
  }
}

/** Throws {@link SpoolError} `damaged` where it is not JSON. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw damaged('part of it should be JSON and is not', cause);
  }
}

/** The error of a batch that cannot be read back. */
export function damaged(why: string, cause?: unknown): SpoolError {
  return new SpoolError('damaged', `reading a batch from disk: ${why}`, { cause });
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
