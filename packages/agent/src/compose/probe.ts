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

/** Opens every sink once, side by side, and closes it: whether each destination is there and takes its credentials. */
export async function probeSinks(parts: Parts, signal: AbortSignal): Promise<readonly Probe[]> {
  const root = rootContainer(parts);
  const clock = resolved(root, clockToken);
  const sinks = composeSinks(root, parts.config.sinks);
  return Promise.all(
    sinks.map(async ({ config, sink }) => {
      const limit = limitFrom(clock);
      const either = AbortSignal.any([signal, limit.signal]);
      try {
        await sink.open?.(either);
        return { sink: config.name };
      } catch (failure) {
        return { sink: config.name, failure };
      } finally {
        limit.cancel();
        await sink.close?.(signal).catch(() => {});
      }
    }),
  );
}

function limitFrom(clock: Clock): { signal: AbortSignal; cancel: () => void } {
  const controller = new AbortController();
  const cancel = clock.after(openLimitMs, () =>
    controller.abort(new Error(`opening the sink: no answer within ${openLimitMs} ms`)),
  );
  return { signal: controller.signal, cancel };
}
