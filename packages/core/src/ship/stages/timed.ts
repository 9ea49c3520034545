import type { Delivery } from '../delivery.ts';
import { type Limits, limited } from '../limited.ts';
import type { Stage } from './send.ts';

export interface TimedSettings extends Omit<Limits, 'expired'> {
  /** Called when an attempt runs out of time; it settles later, when the sink has stopped it. */
  readonly expired: (delivery: Delivery) => void;
}

/** Bounds an attempt in time; a sink that reports progress gets more of it. Running out of time is retryable. */
export function timed(settings: TimedSettings): Stage {
  return (send) => (delivery, signal) =>
    limited(
      (attempt) => send(delivery, attempt),
      `writing ${delivery.batch.records.length} records`,
      { ...settings, expired: () => settings.expired(delivery) },
      signal,
    );
}
