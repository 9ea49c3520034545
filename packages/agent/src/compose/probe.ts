import type { Clock } from '@tallyman/sdk';
import { composeSinks, type Parts, rootContainer } from './root.ts';
import { clockToken, resolved } from './tokens.ts';

/** How opening one sink went. */
export interface Probe {
  readonly sink: string;
  /** Absent where the sink opened. */
  readonly failure?: unknown;
}

const openLimitMs = 15_000;
const closeLimitMs = 1_000;

/** Opens every sink once, side by side, and closes it: whether each destination is there and takes its credentials. */
export async function probeSinks(parts: Parts, signal: AbortSignal): Promise<readonly Probe[]> {
  const root = rootContainer(parts);
  const clock = resolved(root, clockToken);
  return Promise.all(
    composeSinks(root, parts.config.sinks).map(async ({ config, sink }) => {
      const probe = await within(
        openLimitMs,
        async (limited) => sink.open?.(limited),
        clock,
        signal,
      )
        .then(() => ({ sink: config.name }))
        .catch((failure: unknown) => ({ sink: config.name, failure }));
      const close = async (limited: AbortSignal) => sink.close?.(limited);
      await within(closeLimitMs, close, clock, signal).catch(() => {});
      return probe;
    }),
  );
}

/** Waits for a sink's own doing no longer than so, also where it heeds no signal. Keeps the process alive meanwhile. */
async function within<T>(
  limitMs: number,
  task: (signal: AbortSignal) => Promise<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const expired = clock.sleep(limitMs, either).then(() => {
    throw new Error(`no answer within ${limitMs} ms`);
  });
  try {
    return await Promise.race([task(either), expired]);
  } finally {
    over.abort(new Error('the probe is over'));
  }
}
