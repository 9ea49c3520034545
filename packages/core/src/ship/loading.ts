import { type Clock, messageOf } from '@tallyman/sdk';
import type { Entry } from './entry.ts';
import type { Hold } from './hold.ts';
import { type Spool, type SpoolEntry, SpoolError, type SpoolFrame } from './spool/spool.ts';

export interface LoadingContext {
  readonly clock: Clock;
  readonly spool: Spool;
  readonly hold: Hold;
  /** The disk does not give the batch back. */
  readonly lost: (entry: Entry, error: string) => void;
  /** Called when a batch was read, or could not be. */
  readonly changed: () => void;
}

// A disk that cannot be read at the moment is asked again after so long, and not for ever: everything younger waits
// behind the batch.
const retryMs = 1_000;
const mostAttempts = 10;

/** Reads batches back from the disk, oldest first and one at a time, a little ahead of the sender. */
export class Loading {
  readonly #context: LoadingContext;
  #reading = false;
  #failures = 0;
  #cancelRetry: (() => void) | undefined;
  #stopped = false;

  constructor(context: LoadingContext) {
    this.#context = context;
  }

  /** Reads the next batch where one is wanted. To be called whenever that may have changed. */
  poke(): void {
    if (this.#reading || this.#cancelRetry || this.#stopped) return;
    const entry = this.#context.hold.load();
    if (!entry?.stored) return;
    this.#reading = true;
    // Never rejects.
    void this.#load(entry, entry.stored);
  }

  /** What is being read stays on disk, and nothing else is read. */
  stop(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  async #load(entry: Entry, stored: SpoolEntry): Promise<void> {
    const { spool, changed } = this.#context;
    try {
      this.#loaded(entry, await spool.read(stored));
    } catch (error) {
      this.#notLoaded(entry, error);
    }
    this.#reading = false;
    changed();
  }

  #loaded(entry: Entry, frame: SpoolFrame): void {
    this.#failures = 0;
    if (this.#stopped) this.#context.hold.notLoaded(entry, 'still on disk');
    else this.#context.hold.loaded(entry, frame);
  }

  #notLoaded(entry: Entry, error: unknown): void {
    const { hold, lost, clock, changed } = this.#context;
    this.#failures += 1;
    const isThere = error instanceof SpoolError && error.kind === 'failed';
    if (this.#stopped || (isThere && this.#failures < mostAttempts)) {
      hold.notLoaded(entry, 'still on disk');
      if (this.#stopped) return;
      this.#cancelRetry = clock.after(retryMs, () => {
        this.#cancelRetry = undefined;
        changed();
      });
      return;
    }
    this.#failures = 0;
    hold.notLoaded(entry, 'lost');
    lost(entry, messageOf(error));
  }
}
