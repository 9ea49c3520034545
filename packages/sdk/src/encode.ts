import { isUtf8 } from 'node:buffer';
import type { ContainerRecord } from './records.ts';

/**
 * A record that can write its JSON as bytes implements this method; what it writes equals
 * `JSON.stringify(record)`. In the global registry for the same reason as the error brand.
 */
export const writeJson: unique symbol = Symbol.for('tallyman.writeJson');

/** A record that is a view on bytes. */
export interface JsonWritable {
  [writeJson](target: JsonTarget): void;
}

/** Where a {@link JsonWritable} writes to. */
export interface JsonTarget {
  /** JSON that is ready, as bytes. */
  raw(bytes: Uint8Array): void;
  /** JSON that is ready and pure ASCII. */
  ascii(text: string): void;
  /** UTF-8 text as a JSON string with its quotes. Invalid bytes become U+FFFD. */
  quoted(text: Buffer): void;
}

/** The records as JSON, one a line, each line ended by `\n` (NDJSON). The caller owns the bytes. */
export function encodeJsonLines(batch: { readonly records: readonly ContainerRecord[] }): Buffer {
  const target = new JsonBytes();
  for (const record of batch.records) {
    writeRecord(record, target);
    target.byte(newline);
  }
  return target.take();
}

/** The records as one JSON array. The caller owns the bytes. */
export function encodeJsonArray(batch: { readonly records: readonly ContainerRecord[] }): Buffer {
  const target = new JsonBytes();
  target.byte(openBracket);
  batch.records.forEach((record, index) => {
    if (index > 0) target.byte(comma);
    writeRecord(record, target);
  });
  target.byte(closeBracket);
  return target.take();
}

function writeRecord(record: ContainerRecord | JsonWritable, target: JsonBytes): void {
  if (writeJson in record) record[writeJson](target);
  else target.raw(Buffer.from(JSON.stringify(record)));
}

const [newline, comma, openBracket, closeBracket] = [0x0a, 0x2c, 0x5b, 0x5d];
const [quote, backslash, firstPrintable] = [0x22, 0x5c, 0x20];
const escapes = Array.from({ length: firstPrintable }, (_, code) =>
  Buffer.from(JSON.stringify(String.fromCharCode(code)).slice(1, -1)),
);

class JsonBytes implements JsonTarget {
  #bytes = Buffer.allocUnsafe(16 * 1024);
  #length = 0;

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

  quoted(text: Buffer): void {
    this.byte(quote);
    this.#escaped(isUtf8(text) ? text : Buffer.from(text.toString('utf8')));
    this.byte(quote);
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Copies valid UTF-8, in runs between the bytes that JSON wants escaped. */
  #escaped(text: Buffer): void {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const byte = text[at] as number;
      if (byte >= firstPrintable && byte !== quote && byte !== backslash) continue;
      this.raw(text.subarray(from, at));
      if (byte < firstPrintable) this.raw(escapes[byte] as Buffer);
      else {
        this.byte(backslash);
        this.byte(byte);
      }
      from = at + 1;
    }
    this.raw(text.subarray(from));
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
