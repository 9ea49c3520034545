import type { Clock } from '@tallyman/sdk';

/** The engine has lines that its connection does not bring: it is half open. */
export class SilentConnectionError extends Error {
  override readonly name = 'SilentConnectionError';
}

export interface SilenceWatchSettings {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Only such a connection may be silent for long. */
  readonly isFollowing: boolean;
  /** Whether a line that is known to be in the log has not come yet. */
  readonly expectsLine: () => boolean;
  /** What to say where it does not come. */
  readonly missing: () => Error;
  /** The youngest time that came; empty where none did. */
  readonly newestHeard: () => string;
  /** Asks the engine for the time of the log's last line; empty where there is none. */
  readonly newestThere: (signal: AbortSignal) => Promise<string>;
  /** Told where asking failed. */
  readonly said: (error: unknown) => void;
  readonly signal: AbortSignal;
}

// Socket proxies cut quiet streams after 4 to 10 minutes without a word to us; a probe costs the engine one line.
const quietMs = 300_000;
// An engine that has just been started, or has lost power, may follow a log and be stuck at a damaged place of it.
const firstQuietMs = 20_000;
// What is known to be there comes at once.
const expectedWithinMs = 5_000;
// For what is on its way while the engine is asked.
const graceMs = 1_000;

/**
 * Notices a connection that is silent although the log goes on: asks the engine for the log's last line before
 * it gives the connection up, because each new one costs the engine a search.
 */
export class SilenceWatch {
  readonly #settings: SilenceWatchSettings;
  readonly #silence = new AbortController();
  readonly #stopped = new AbortController();
  readonly signal: AbortSignal;
  #heardMs = 0;
  #hasAsked = false;
  #paused = 0;
  #isWaiting = false;
  #cancel: () => void = () => {};

  constructor(settings: SilenceWatchSettings) {
    this.#settings = settings;
    this.signal = AbortSignal.any([settings.signal, this.#silence.signal]);
  }

  /** Why the connection was given up, where it was. */
  get reason(): unknown {
    return this.#silence.signal.aborted ? this.#silence.signal.reason : undefined;
  }

  /** To be called when the connection is open. */
  start(): void {
    if (!this.#settings.isFollowing) return;
    this.hear();
    this.#askSometime();
  }

  /** To be called with every piece that comes. */
  hear(): void {
    this.#heardMs = this.#settings.clock.monotonicMs();
  }

  /** While nothing is read from it, the connection cannot bring anything. */
  pausedUntil(resumed: Promise<void>): void {
    this.#paused++;
    const resume = () => {
      this.#paused--;
      this.hear();
      if (this.#settings.expectsLine()) this.#hurry();
    };
    resumed.then(resume, resume);
  }

  stop(): void {
    this.#cancel();
    this.#stopped.abort();
  }

  get #dueMs(): number {
    if (this.#settings.expectsLine()) return expectedWithinMs;
    return this.#hasAsked ? quietMs : firstQuietMs;
  }

  /** Not all at the same time, where there is no hurry. */
  #askSometime(): void {
    const { random, expectsLine } = this.#settings;
    this.#askIn(this.#dueMs * (expectsLine() ? 1 : 1 + random()));
  }

  #askIn(ms: number): void {
    this.#isWaiting = true;
    this.#cancel = this.#settings.clock.after(ms, () => void this.#ask());
  }

  /** What is known only now to be in the log is not waited for as long as for what may come. */
  #hurry(): void {
    if (!this.#isWaiting || this.#stopped.signal.aborted) return;
    this.#cancel();
    this.#askSometime();
  }

  async #ask(): Promise<void> {
    const { clock, said } = this.#settings;
    const signal = AbortSignal.any([this.signal, this.#stopped.signal]);
    this.#isWaiting = false;
    const dueMs = this.#dueMs;
    const quietForMs = this.#paused > 0 ? 0 : clock.monotonicMs() - this.#heardMs;
    if (quietForMs < dueMs) {
      this.#askIn(dueMs - quietForMs);
      return;
    }
    this.#hasAsked = true;
    try {
      if (await this.#misses(signal)) this.#silence.abort(this.#verdict());
    } catch (error) {
      if (!signal.aborted) said(error);
    }
    if (!signal.aborted) this.#askSometime();
  }

  /** Whether the log has lines that did not come, also not within the grace; the known one may be among older ones. */
  async #misses(signal: AbortSignal): Promise<boolean> {
    const { clock, newestThere, newestHeard, expectsLine } = this.#settings;
    const there = await newestThere(signal);
    if (there === '' || (there <= newestHeard() && !expectsLine())) return false;
    const heardMs = this.#heardMs;
    await clock.sleep(graceMs, signal);
    return this.#heardMs === heardMs;
  }

  #verdict(): Error {
    const { expectsLine, missing } = this.#settings;
    if (expectsLine()) return missing();
    return new SilentConnectionError(
      'reading a log: it has lines that the connection does not bring',
    );
  }
}
