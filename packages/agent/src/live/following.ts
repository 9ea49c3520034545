import { Backoff } from '@tallyman/core';
import type { Clock } from '@tallyman/sdk';
import type { AdminClient, Query } from './admin-client.ts';
import { AdminError } from './admin-error.ts';
import type { ServerEvent } from './server-events.ts';

/** What happens to a stream that is kept up. */
export type Following =
  | { readonly kind: 'reached' }
  | { readonly kind: 'events'; readonly events: readonly ServerEvent[] }
  | { readonly kind: 'lost'; readonly error: AdminError; readonly retryMs: number };

const firstRetryMs = 500;
const longestRetryMs = 10_000;

/**
 * Follows the agent's stream, and connects again whenever it breaks, until the signal. Throws the
 * {@link AdminError} of the first attempt: an agent that was never reached is not waited for.
 */
export async function* following(
  client: AdminClient,
  query: Query,
  {
    clock,
    random,
    signal,
  }: { readonly clock: Clock; readonly random: () => number; readonly signal: AbortSignal },
): AsyncGenerator<Following, void> {
  const backoff = new Backoff({ firstMs: firstRetryMs, longestMs: longestRetryMs, random });
  for (let wasReached = false; !signal.aborted; ) {
    try {
      for await (const events of client.stream(query, signal)) {
        if (events.length > 0) backoff.reset();
        yield events.length === 0 ? { kind: 'reached' } : { kind: 'events', events };
        wasReached = true;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!wasReached || !(error instanceof AdminError)) throw error;
      const retryMs = backoff.nextMs();
      yield { kind: 'lost', error, retryMs };
      await clock.sleep(retryMs, signal).catch(() => {});
    }
  }
}
