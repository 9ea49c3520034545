import type { Sink } from '@tallyman/sdk';
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
  return async ({ batch: { id, records }, attempts }, signal) => {
    await sink.write({ id, records, attempt: attempts }, signal);
    return { delivered: records, dropped: [], left: [] };
  };
}
