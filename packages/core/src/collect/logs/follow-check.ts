import type { Clock } from '@tallyman/sdk';
import type { DecodedChunk, LogDecoder } from '../../decode/log-decoder.ts';
import { millisecondsOf } from '../../decode/timestamp.ts';
import { type EndCheck, MissedFileError } from './end-check.ts';
import type { Probe } from './probe.ts';

/** So far behind the engine may skip files of the log. */
class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
}

export interface FollowCheckSettings {
  readonly decoder: LogDecoder;
  readonly check: EndCheck;
  readonly clock: Clock;
  readonly probe: Probe;
  /** Whether the log can be opened again: what this connection brings of one that is removed is all there will be. */
  readonly isThere: () => boolean;
  /** Whether a file that is full is kept for a while: it can be read by another connection, too. */
  readonly keepsFullFiles: boolean;
  /** The time of the line that was handed on last, where there is one. */
  readonly place: () => string | undefined;
  /** Told that lines may be missing. */
  readonly missed: () => void;
  /** Told where the engine did not answer a question. */
  readonly said: (error: unknown) => void;
}

// Two files have to be filled in this time.
const longestLagMs = 3_000;
const lagCheckMs = 500;

/**
 * Sees to it that no file of a rotating log is missed while the engine follows it.
 *
 * Docker 20.10 opens the log, sends what it has been asked for, and only then begins to watch for a rotation: after
 * one in the meantime it misses a whole file (moby daemon/logger/loggerutils/logfile.go, ReadLogs). So the log's last
 * entry is asked for when the first bytes have come, and again with the first line that is younger than that: by then
 * it watches. Both have to come, and none may have been between them.
 *
 * Of files that came and went while nobody took what it sent, every engine sends the last one alone (the same,
 * and follow.go since moby 23). Who is that far behind has to read from its place on, without following.
 *
 * Goes by the times in the log only, whatever clock is right.
 */
export class FollowCheck {
  readonly #settings: FollowCheckSettings;
  #stage: 'opening' | 'resuming' | 'approaching' | 'live' = 'opening';
  /** The time of the last entry as the first bytes had come. */
  #edge = '';
  #wasHeldUp = false;
  #checkedMs = Number.NEGATIVE_INFINITY;
  /** Between a line's time and that on our clock when it came: what the clocks differ by is in it, too. */
  #leastLagMs = Number.POSITIVE_INFINITY;

  constructor(settings: FollowCheckSettings) {
    this.#settings = settings;
  }

  /**
   * To be called with what came, before it is handed on. Nothing where there is nothing to wait for. Rejects with
   * {@link OvertakenError} or {@link MissedFileError}.
   */
  step(came: readonly DecodedChunk[], signal: AbortSignal): Promise<void> | undefined {
    if (!this.#settings.isThere()) return undefined;
    if (this.#stage === 'opening') return this.#open(signal);
    if (this.#stage === 'live') return this.#checkLag(came, signal);
    this.#resume();
    const { hasSeenExpected, youngerTime } = this.#settings.decoder;
    return hasSeenExpected && youngerTime !== '' ? this.#goLive(youngerTime, signal) : undefined;
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

  async #open(signal: AbortSignal): Promise<void> {
    const { decoder } = this.#settings;
    this.#edge = await this.#newest(signal);
    // Where it cannot be had the log is followed as it comes.
    this.#stage = this.#edge === '' ? 'live' : 'resuming';
    if (this.#edge !== '') decoder.noteYounger(this.#edge);
    this.#resume();
  }

  #resume(): void {
    const { decoder, check } = this.#settings;
    if (this.#stage !== 'resuming' || !decoder.hasResumed || !decoder.hasSeenExpected) return;
    this.#stage = 'approaching';
    check.expectLive(this.#edge);
  }

  async #goLive(first: string, signal: AbortSignal): Promise<void> {
    const { check, clock, probe } = this.#settings;
    const unknown = { newest: '', younger: '' };
    const { newest, younger } = await this.#asked(unknown, signal, probe.tail(this.#edge, signal));
    if (younger !== '' && younger < first) throw new MissedFileError(younger);
    if (this.#wasHeldUp || isFarBehind(first, newest)) await this.#fallBack(signal);
    this.#stage = 'live';
    check.expectLive(newest);
    if (newest !== '') this.#leastLagMs = clock.monotonicMs() - millisecondsOf(newest);
  }

  #checkLag(came: readonly DecodedChunk[], signal: AbortSignal): Promise<void> | undefined {
    if (this.#wasHeldUp) return this.#fallBack(signal);
    const nowMs = this.#settings.clock.monotonicMs();
    if (nowMs - this.#checkedMs < lagCheckMs) return undefined;
    const last = came.at(-1)?.records.at(-1)?.time;
    if (last === undefined) return undefined;
    this.#checkedMs = nowMs;
    const lagMs = nowMs - millisecondsOf(last);
    const isSuspect = lagMs - this.#leastLagMs > longestLagMs;
    if (isSuspect || lagMs < this.#leastLagMs) this.#leastLagMs = lagMs;
    return isSuspect ? this.#clear(last, signal) : undefined;
  }

  /** It seems to be late; but the engine's clock may have been set back, too. */
  async #clear(last: string, signal: AbortSignal): Promise<void> {
    if (isFarBehind(last, await this.#newest(signal))) await this.#fallBack(signal);
  }

  /** Returns where another connection would bring no more than this one. */
  async #fallBack(signal: AbortSignal): Promise<void> {
    const { keepsFullFiles, missed } = this.#settings;
    if (keepsFullFiles)
      throw new OvertakenError(
        'following a log: what it brings was taken late, files may be left out',
      );
    this.#wasHeldUp = false;
    if (!(await this.#hasPlace(signal))) missed();
  }

  /** The time of the log's last entry; empty where there is none, or it cannot be had. */
  #newest(signal: AbortSignal): Promise<string> {
    return this.#asked('', signal, this.#settings.probe.newest(signal));
  }

  /** Whether the line that was handed on last is still in the log. */
  async #hasPlace(signal: AbortSignal): Promise<boolean> {
    const { place, probe } = this.#settings;
    const time = place();
    return time === undefined || this.#asked(true, signal, probe.stillHas(time, signal));
  }

  /** What the engine answers, or `otherwise` where it does not. */
  async #asked<T>(otherwise: T, signal: AbortSignal, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      signal.throwIfAborted();
      this.#settings.said(error);
      return otherwise;
    }
  }
}

function isFarBehind(time: string, newest: string): boolean {
  return newest !== '' && millisecondsOf(newest) - millisecondsOf(time) > longestLagMs;
}
