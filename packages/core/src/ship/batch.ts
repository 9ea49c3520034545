import type { Records } from '../decode/records.ts';
import { weightOfAll } from '../decode/weight.ts';

/** Records that wait together and go together. */
export interface HeldBatch {
  /** Unique, also across runs of the agent; the same on every attempt. */
  readonly id: string;
  /** Where its first record stands in the lane's order: oldest is smallest. What is left of a batch keeps its place. */
  readonly place: number;
  /** Never empty. */
  readonly records: Records;
  readonly bytes: number;
}

/** Gives batches their ids: the lane's name, when the lane was made (milliseconds since the Unix epoch), and a number. */
export function batchIds(lane: string, bornMs: number): () => string {
  const run = Math.round(bornMs).toString(36);
  let last = 0;
  return () => {
    last += 1;
    return `${lane}-${run}-${last}`;
  };
}

/** The batch in two, order kept. It must hold at least two records. */
export function halvesOf(batch: HeldBatch, nextId: () => string): [HeldBatch, HeldBatch] {
  const middle = Math.ceil(batch.records.length / 2);
  return [
    pieceOf(batch, 0, batch.records.slice(0, middle), nextId),
    pieceOf(batch, middle, batch.records.slice(middle), nextId),
  ];
}

/** Some of the batch's records as a batch of their own; `offset` is where the first of them was. */
export function pieceOf(
  batch: HeldBatch,
  offset: number,
  records: Records,
  nextId: () => string,
): HeldBatch {
  const bytes = weightOfAll(records);
  return { id: nextId(), place: batch.place + offset, records, bytes };
}
