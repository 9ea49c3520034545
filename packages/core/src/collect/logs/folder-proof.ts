import type { Clock } from '@tallyman/sdk';
import type { Diagnostics } from '../../vitals/log.ts';
import { EngineError } from '../engine.ts';
import { Probe } from './probe.ts';
import type { LogOwner, LogStore } from './store.ts';

export interface FolderProofSettings {
  readonly engine: LogStore;
  readonly files: LogStore;
  readonly clock: Clock;
  readonly log: Diagnostics;
}

// More than a container prints between the two questions.
const searched = 16_000;

/**
 * Whether the folder with the log files is that of the engine: the last entry of a log as the engine gives it must
 * be in its file. A copy of another engine's folder would have the same names. Found out once per connection to the
 * engine, with the first log that has an entry.
 */
export class FolderProof {
  readonly #settings: FolderProofSettings;
  #verdict: Promise<boolean | undefined> | undefined;

  constructor(settings: FolderProofSettings) {
    this.#settings = settings;
  }

  /** To be called when the engine was reached anew. */
  renew(): void {
    this.#verdict = undefined;
  }

  /** Rejects only with the signal's reason. */
  async isTheEngines(container: LogOwner, signal: AbortSignal): Promise<boolean> {
    while (true) {
      this.#verdict ??= this.#compared(container, signal);
      const asked = this.#verdict;
      const verdict = await asked.catch(() => undefined);
      signal.throwIfAborted();
      if (verdict !== undefined) return verdict;
      if (this.#verdict !== asked) continue;
      this.#verdict = undefined;
      return true;
    }
  }

  /** Nothing where this log does not tell: it is empty, or the container is gone. */
  async #compared(container: LogOwner, signal: AbortSignal): Promise<boolean | undefined> {
    const { engine, files, clock, log } = this.#settings;
    const [asked, read] = [new Probe(container, engine, clock), new Probe(container, files, clock)];
    // Twice, as a log may be rotated in between.
    for (let attempt = 0; attempt < 2; attempt++) {
      const newest = await asked.newest(signal).catch((error: unknown) => {
        if (error instanceof EngineError) return '';
        throw error;
      });
      if (newest === '') return undefined;
      if (await read.has(newest, { tail: searched }, signal)) return true;
    }
    log.warn(
      { container: container.name },
      'The log files that are visible here are not those of the engine, logs are read from the engine; mount the containers folder of this engine.',
    );
    return false;
  }
}
