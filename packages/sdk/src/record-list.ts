import type { ContainerRecord } from './records.ts';

/** Records, each there when it is asked for. An array is one. */
export interface RecordList<R extends ContainerRecord = ContainerRecord> extends Iterable<R> {
  readonly length: number;
  at(index: number): R | undefined;
}

/** Under this key a batch has its records as a list. In the global registry for the same reason as the error brand. */
export const recordList: unique symbol = Symbol.for('tallyman.recordList');

/** A batch that makes its records when they are asked for. */
export interface Listed<R extends ContainerRecord = ContainerRecord> {
  readonly [recordList]: RecordList<R>;
}

/**
 * The records of a batch, one at a time. Log records are views on bytes; `batch.records` makes an object for each,
 * and keeps all of them for as long as the batch is kept. For who goes through them once, or keeps them until the
 * destination has answered, this costs a fraction: each record lives as long as it is looked at, and the same index
 * gives an equal one, not the same.
 */
export function recordsOf<R extends ContainerRecord>(batch: {
  readonly records: readonly R[];
}): RecordList<R> {
  return isListed(batch) ? batch[recordList] : batch.records;
}

function isListed<R extends ContainerRecord>(batch: {
  readonly records: readonly R[];
}): batch is typeof batch & Listed<R> {
  return recordList in batch;
}
