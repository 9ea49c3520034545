import { type Limits, limited } from '../limited.ts';
import type { Stage } from './send.ts';

/** Bounds an attempt in time; a sink that reports progress gets more of it. Running out of time is retryable. */
export function timed(limits: Limits): Stage {
  return (send) => (delivery, signal) =>
    limited(
      (attempt) => send(delivery, attempt),
      `writing ${delivery.batch.records.length} records`,
      limits,
      signal,
    );
}
