import type { Clock } from '@tallyman/sdk';
import type { LogDecoder } from '../../decode/log-decoder.ts';
import { millisecondsOf } from '../../decode/timestamp.ts';
import type { EndCheck } from './end-check.ts';

/** So far behind the engine may skip files of the log. */
class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
}

export interface FollowCheckSettings {
  readonly decoder: LogDecoder;
  readonly check: EndCheck;
  readonly clock: Clock;
  /** The time on the engine's clock. */
  readonly engineNow: () => string;
  /** Whether the log can be opened again: what this connection brings of one that is removed is all there will be. */
  readonly isThere: () => boolean;
  /** Asks the engine for the time of the log's last entry; empty where there is none. */
  readonly newest: (signal: AbortSignal) => Promise<string>;
  /** Told where asking failed. */
  readonly said: (error: unknown) => void;
}

// Two files have to be filled in this time.
const longestLagMs = 3_000;
const lagCheckMs = 500;

/**
 * Sees to it that no file of a rotating log is missed while the engine follows it.
 *
 * Docker 20.10 opens the log, sends what it has been asked for, and only then begins to watch for a rotation: after
 * one in the meantime it misses a whole file (moby daemon/logger/loggerutils/logfile.go, ReadLogs). It watches by
 * the time that the first line comes which is younger than the opening; what is the log's last entry then has
 * to come too.
 *
 * Of files that came and went while nobody took what it sent, every engine sends the last one alone (the same,
 * and follow.go since moby 23). Who is that far behind has to read from its place on, without following.
 */
export class FollowCheck {
  readonly #settings: FollowCheckSettings;
  readonly #openedAt: string;
  #isLive = false;
  #wasHeldUp = false;
  #checkedMs = Number.NEGATIVE_INFINITY;
  /** What the two clocks differ by is in it, too. */
  #leastLagMs = Number.POSITIVE_INFINITY;

  /** To be made when the log was just opened. */
  constructor(settings: FollowCheckSettings) {
    this.#settings = settings;
    this.#openedAt = settings.engineNow();
  }

  /**
   * To be called when something came, and before it is handed on. Nothing where there is nothing to wait for. Throws,
   * or rejects with, {@link OvertakenError}.
   */
  step(signal: AbortSignal): Promise<void> | undefined {
    if (!this.#settings.isThere()) return undefined;
    if (this.#isLive) {
      this.#checkLag();
      return undefined;
    }
    const { newestTime, hasSeenExpected, hasResumed } = this.#settings.decoder;
    this.#isLive = newestTime > this.#openedAt && hasSeenExpected && hasResumed;
    return this.#isLive ? this.#goLive(signal) : undefined;
  }

  /** To be called where what comes next is taken only then. */
  pausedUntil(resumed: Promise<void>): void {
    const { clock } = this.#settings;
    const sinceMs = clock.monotonicMs();
    const resume = () => {
      if (clock.monotonicMs() - sinceMs > longestLagMs) this.#wasHeldUp = true;
    };
    resumed.then(resume, resume);
  }

  async #goLive(signal: AbortSignal): Promise<void> {
    const { check, decoder } = this.#settings;
    this.#checkLag();
    const newest = await this.#newest(signal);
    if (newest === '') return;
    if (msBetween(decoder.newestTime, newest) > longestLagMs) this.#fail();
    check.expectLive(newest);
  }

  /** The time of the log's last entry; empty where there is none, or it cannot be had. */
  async #newest(signal: AbortSignal): Promise<string> {
    const { newest, said } = this.#settings;
    try {
      return await newest(signal);
    } catch (error) {
      signal.throwIfAborted();
      said(error);
      return '';
    }
  }

  #checkLag(): void {
    const { clock, engineNow, decoder } = this.#settings;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#checkedMs < lagCheckMs) return;
    this.#checkedMs = nowMs;
    const lagMs = msBetween(decoder.newestTime, engineNow());
    this.#leastLagMs = Math.min(this.#leastLagMs, lagMs);
    if (this.#wasHeldUp || lagMs - this.#leastLagMs > longestLagMs) this.#fail();
  }

  #fail(): never {
    const { newestTime } = this.#settings.decoder;
    throw new OvertakenError(
      `following a log: what came after ${newestTime} was taken late, files may be left out`,
    );
  }
}

function msBetween(earlier: string, later: string): number {
  return millisecondsOf(later) - millisecondsOf(earlier);
}
