import { type Clock, messageOf } from '@tallyman/sdk';
import { earlier } from '../decode/timestamp.ts';
import type { Diagnostics } from '../vitals/log.ts';
import { Backoff } from './backoff.ts';
import { withDeadline } from './deadline.ts';
import { type Engine, EngineError, type EngineInfo } from './engine.ts';

const answerLimitMs = 10_000;

/** What an engine said, and when. */
export interface EngineMoment extends EngineInfo {
  /** When it said what `now` is, on the monotonic clock. */
  readonly reachedMs: number;
}

/** An engine that answered, and the moment the agent began to wait for it, on the engine's clock. */
export interface ReachedEngine extends EngineMoment {
  readonly bornAt: string;
}

/** Waits until the engine answers. Rejects only with the signal's reason, or where the engine is too old. */
export async function reachEngine(
  engine: Engine,
  {
    clock,
    random,
    log,
    explain,
  }: {
    readonly clock: Clock;
    readonly random: () => number;
    readonly log: Diagnostics;
    readonly explain: (error: EngineError) => string;
  },
  signal: AbortSignal,
): Promise<ReachedEngine> {
  const startedMs = clock.monotonicMs();
  const backoff = new Backoff({ firstMs: 500, longestMs: 30_000, random });
  while (true) {
    try {
      const info = await withDeadline(answerLimitMs, clock, signal, (limited) =>
        engine.connect(limited),
      );
      const reachedMs = clock.monotonicMs();
      return { ...info, bornAt: earlier(info.now, reachedMs - startedMs), reachedMs };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof EngineError && error.kind === 'too_old') throw error;
      const delayMs = Math.round(backoff.nextMs());
      const advice = error instanceof EngineError ? explain(error) : '';
      log.warn({ error: messageOf(error), advice, delayMs }, 'Waiting for the engine.');
      await clock.sleep(delayMs, signal);
    }
  }
}
