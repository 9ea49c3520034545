import type { ContainerRecord } from '@tallyman/sdk';

/** Records that know their own weight say it under this key. */
export const weight: unique symbol = Symbol('tallyman.weight');

const known = new WeakMap<ContainerRecord, number>();

/** Bytes of the record as JSON, near enough for bounds: exact for stats and events, estimated for logs. */
export function weightOf(record: ContainerRecord | { readonly [weight]: number }): number {
  if (weight in record) return record[weight];
  let bytes = known.get(record);
  if (bytes === undefined) {
    bytes = Buffer.byteLength(JSON.stringify(record));
    known.set(record, bytes);
  }
  return bytes;
}
