import {
  type Batch,
  type ContainerRecord,
  type Listed,
  recordList,
  type Sink,
} from '@tallyman/sdk';
import type { HeldBatch } from '../batch.ts';
import type { Delivery, Outcome } from '../delivery.ts';

/** Attempts a delivery once. */
export type Send = (delivery: Delivery, signal: AbortSignal) => Promise<Outcome>;

/** Wraps a {@link Send} in one more manner. */
export type Stage = (send: Send) => Send;

/** The stages around one another, the first outermost. */
export function chain(...stages: readonly Stage[]): Stage {
  return (send) => stages.reduceRight((inner, stage) => stage(inner), send);
}

/** The innermost send: the sink's own `write`. */
export function writing(sink: Sink): Send {
  return async ({ batch, attempts }, signal) => {
    await sink.write(batchFor(batch, attempts), signal);
    return { delivered: batch.records, dropped: [], left: [] };
  };
}

/** Makes an array of the records once the sink asks for one; then it is the same each time. */
function batchFor({ id, records }: HeldBatch, attempt: number): Batch & Listed {
  let made: readonly ContainerRecord[] | undefined;
  return {
    id,
    attempt,
    get records() {
      made ??= Array.from(records);
      return made;
    },
    get [recordList]() {
      return made ?? records;
    },
  };
}
