import { JsonBytes, type JsonTarget } from './json-bytes.ts';
import { recordsOf } from './record-list.ts';
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

interface Encodable {
  readonly records: readonly ContainerRecord[];
}

/** The records as JSON, one a line, each line ended by `\n` (NDJSON). The caller owns the bytes. */
export function encodeJsonLines(batch: Encodable): Buffer<ArrayBuffer> {
  const target = new JsonBytes();
  const records = recordsOf(batch);
  for (let index = 0; index < records.length; index++) {
    encodeRecord(records.at(index) as ContainerRecord, target);
    target.byte(newline);
  }
  return target.view();
}

/** The records as one JSON array. The caller owns the bytes. */
export function encodeJsonArray(batch: Encodable): Buffer<ArrayBuffer> {
  const target = new JsonBytes();
  target.byte(openBracket);
  const records = recordsOf(batch);
  for (let index = 0; index < records.length; index++) {
    if (index > 0) target.byte(comma);
    encodeRecord(records.at(index) as ContainerRecord, target);
  }
  target.byte(closeBracket);
  return target.view();
}

/** Appends one record as JSON: from its bytes where it is a view on bytes. */
export function encodeRecord(record: ContainerRecord | JsonWritable, target: JsonBytes): void {
  if (writeJson in record) record[writeJson](target);
  else target.text(JSON.stringify(record));
}

const [newline, comma, openBracket, closeBracket] = [0x0a, 0x2c, 0x5b, 0x5d];
