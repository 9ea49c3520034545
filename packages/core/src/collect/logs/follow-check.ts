import type { Clock } from '@tallyman/sdk';
import type { DecodedChunk, LogDecoder } from '../../decode/log-decoder.ts';
import { millisecondsOf } from '../../decode/timestamp.ts';
import { type EndCheck, MissedFileError, type Recourse } from './end-check.ts';
import type { Probe } from './probe.ts';

/** So far behind the engine may skip files of the log. */
class OvertakenError extends Error {
  override readonly name = 'OvertakenError';

  constructor() {
    super('following a log: what it brings was taken late, files may be left out');
  }
}

export interface FollowCheckSettings {
  readonly decoder: LogDecoder;
  readonly check: EndCheck;
  readonly clock: Clock;
  readonly probe: Probe;
  readonly recourse: Recourse;
  /** The time of the line that was handed on last, where there is one. */
  readonly place: () => string | undefined;
  /** Told where the engine did not answer a question. */
  readonly said: (error: unknown) => void;
}

// Two files have to be filled in this time.
const longestLagMs = 3_000;
const lagCheckMs = 500;
// Lines of the two streams are up to milliseconds out of order.
const disorderMs = 1_000;

/**
 * Sees to it that no file of a rotating log is missed while the engine follows it.
 *
 * Docker 20.10 opens the log, sends what it has been asked for, and only then begins to watch for a rotation: after
 * one in the meantime it misses a whole file (moby daemon/logger/loggerutils/logfile.go, ReadLogs). So the log's last
 * entry is asked for when the first bytes have come: the edge. What comes behind it has to stand there in the log,
 * too, and by then the engine watches; the log's last entry of that moment has to come as well.
 *
 * Of files that came and went while nobody took what it sent, every engine sends the last one alone (the same,
 * and follow.go since moby 23). Who is that far behind has to read from its place on, without following.
 *
 * Goes by the places and times in the log only, whatever clock is right.
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
    const { recourse, decoder } = this.#settings;
    if (!recourse.isThere()) return undefined;
    if (this.#stage === 'opening') return this.#open(signal);
    if (this.#wasHeldUp) return this.#giveUp(new OvertakenError(), signal);
    if (this.#stage === 'live') return this.#checkLag(came, signal);
    this.#resume();
    const { hasSeenExpected, nextTime, lastTime } = decoder;
    if (this.#stage !== 'approaching' || !hasSeenExpected) return undefined;
    if (nextTime !== '') return this.#goLive(nextTime, signal);
    const isPast = msBetween(this.#edge, lastTime) > disorderMs;
    return isPast ? this.#giveUp(new MissedFileError(this.#edge), signal) : undefined;
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
    const { decoder, probe } = this.#settings;
    this.#edge = await this.#asked('', signal, probe.newest(signal));
    // Where it cannot be had the log is followed as it comes.
    this.#stage = this.#edge === '' ? 'live' : 'resuming';
    if (this.#edge !== '') decoder.noteNext(this.#edge);
    this.#resume();
  }

  #resume(): void {
    const { decoder, check } = this.#settings;
    if (this.#stage !== 'resuming' || !decoder.hasResumed || !decoder.hasSeenExpected) return;
    this.#stage = 'approaching';
    check.expectLive(this.#edge);
  }

  /** `next`: the time of what came behind the edge. */
  async #goLive(next: string, signal: AbortSignal): Promise<void> {
    const { check, clock, probe, decoder } = this.#settings;
    const askedMs = clock.monotonicMs();
    const unknown = { last: '', next };
    const log = await this.#asked(unknown, signal, probe.tailFrom(this.#edge, signal));
    if (log.next !== next) {
      const error = log.next === '' ? new OvertakenError() : new MissedFileError(log.next);
      await this.#giveUp(error, signal);
    } else if (log.last !== '' && msBetween(next, log.last) > longestLagMs)
      await this.#giveUp(new OvertakenError(), signal);
    else if (log.last === decoder.lastTime && decoder.isLastOpen) {
      // The rest of that line may stand in a file that was missed: what comes behind it will tell.
      this.#edge = log.last;
      decoder.noteNext(this.#edge);
      return;
    }
    this.#stage = 'live';
    check.expectLive(log.last);
    if (log.last !== '') this.#leastLagMs = askedMs - millisecondsOf(log.last);
  }

  #checkLag(came: readonly DecodedChunk[], signal: AbortSignal): Promise<void> | undefined {
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
    const isAtEnd = this.#settings.probe.isAtEnd(last, signal);
    if (!(await this.#asked(true, signal, isAtEnd)))
      await this.#giveUp(new OvertakenError(), signal);
  }

  /** Returns where another connection would bring no more than this one. */
  async #giveUp(error: Error, signal: AbortSignal): Promise<void> {
    const { keepsFullFiles, missed } = this.#settings.recourse;
    if (keepsFullFiles) throw error;
    this.#stage = 'live';
    this.#wasHeldUp = false;
    if (!(await this.#hasPlace(signal))) missed();
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

function msBetween(earlier: string, later: string): number {
  return millisecondsOf(later) - millisecondsOf(earlier);
}
