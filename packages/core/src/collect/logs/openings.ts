import type { Clock } from '@tallyman/sdk';
import { Slots } from '../slots.ts';

// Each makes the engine read in a log, mostly all of it.
const opensAtOnce = 8;
const longestMs = 1_000;

/** Bounds how many logs are being opened at once. */
export class Openings {
  readonly #clock: Clock;
  readonly #slots = new Slots(opensAtOnce);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits for a turn to open a log. Rejects with the signal's reason. */
  async turn(signal: AbortSignal): Promise<Opening> {
    const { promise, resolve } = Promise.withResolvers<Opening>();
    void this.#slots.use(async () => {
      const opening = new Opening(this.#clock);
      resolve(opening);
      await opening.over;
    });
    const opening = await promise;
    if (signal.aborted) opening.end();
    signal.throwIfAborted();
    return opening;
  }
}

/** One log that is being opened. */
export class Opening {
  readonly #over = Promise.withResolvers<void>();
  readonly #clock: Clock;
  #cancel = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** The engine has answered: its log is open when its first bytes come, or after a second in which none do. */
  answered(): void {
    this.#cancel = this.#clock.after(longestMs, () => this.end());
  }

  end(): void {
    this.#cancel();
    this.#over.resolve();
  }
}
