import type { ContainerRecord } from '@tallyman/sdk';
import type { Records } from './records.ts';

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

/** What the record at the index weighs. */
export function weightAt(records: Records, index: number): number {
  if (records.weightAt !== undefined) return records.weightAt(index);
  const record = records.at(index);
  return record === undefined ? 0 : weightOf(record);
}

/** What all of them weigh together. */
export function weightOfAll(records: Records): number {
  let bytes = 0;
  for (let index = 0; index < records.length; index++) bytes += weightAt(records, index);
  return bytes;
}
