import type { LogDecoder } from '../../decode/log-decoder.ts';
import type { EndCheck } from './end-check.ts';

export interface FollowProofSettings {
  readonly decoder: LogDecoder;
  readonly check: EndCheck;
  /** When the log was opened, on the engine's clock. */
  readonly openedAt: string;
  /** Asks the engine for the time of the log's last entry; empty where there is none. */
  readonly newest: (signal: AbortSignal) => Promise<string>;
  /** Told where asking failed. */
  readonly said: (error: unknown) => void;
}

/**
 * Sees to it that the engine follows the file that the log is written to. Docker 20.10 opens it, sends what it has
 * been asked for, and only then begins to watch for a rotation: after one in the meantime it misses a whole file
 * (moby daemon/logger/loggerutils/logfile.go, ReadLogs). It watches by the time that the first line comes which
 * is younger than the opening, and what is the log's last entry then has to come too.
 */
export class FollowProof {
  readonly #settings: FollowProofSettings;
  #isDone = false;

  constructor(settings: FollowProofSettings) {
    this.#settings = settings;
  }

  /** To be called when something came, and before it is handed on. Nothing where there is nothing to wait for. */
  step(signal: AbortSignal): Promise<void> | undefined {
    if (this.#isDone) return undefined;
    const { decoder, openedAt } = this.#settings;
    this.#isDone = decoder.newestTime > openedAt && decoder.hasSeenExpected && decoder.hasResumed;
    if (!this.#isDone) return undefined;
    return this.#ask(signal);
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { check, newest, said } = this.#settings;
    try {
      check.expectLive(await newest(signal));
    } catch (error) {
      signal.throwIfAborted();
      said(error);
    }
  }
}
