import type { Clock } from '@tallyman/sdk';

// A read costs microseconds, mostly whatever it brings. Above so many changes a second files are read in turns.
const [busyAbove, quietBelow] = [1_500, 1_000];
const windowMs = 1_000;
const spacingMs = 100;

/** Says when changed files are read: at once while few change, all of them every 100 ms while many do. */
export class ReadTurns {
  readonly #clock: Clock;
  #due: (() => void)[] = [];
  readonly #polled = new Set<() => void>();
  #isPolling = false;
  #isScheduled = false;
  #isBusy = false;
  #changes = 0;
  #windowStartMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#windowStartMs = clock.monotonicMs();
  }

  /** Whether so much changes that files are read in turns. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** To be called with every change of a file, also of one that is due already. */
  changed(changes: number): void {
    this.#changes += changes;
    const elapsedMs = this.#clock.monotonicMs() - this.#windowStartMs;
    if (elapsedMs < windowMs) return;
    const perSecond = (this.#changes * 1_000) / elapsedMs;
    this.#isBusy = perSecond > (this.#isBusy ? quietBelow : busyAbove);
    this.#changes = 0;
    this.#windowStartMs += elapsedMs;
  }

  /** Calls `read` when it is time to. */
  await(read: () => void): void {
    this.#due.push(read);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (this.#isBusy) this.#clock.after(spacingMs, () => this.#run());
    else setImmediate(() => this.#run());
  }

  /** Calls `look` every 100 ms, until the returned function is called. */
  poll(look: () => void): () => void {
    this.#polled.add(look);
    this.#schedulePolls();
    return () => this.#polled.delete(look);
  }

  #schedulePolls(): void {
    if (this.#isPolling || this.#polled.size === 0) return;
    this.#isPolling = true;
    this.#clock.after(spacingMs, () => {
      this.#isPolling = false;
      for (const look of this.#polled) look();
      this.#schedulePolls();
    });
  }

  #run(): void {
    this.#isScheduled = false;
    const due = this.#due;
    this.#due = [];
    for (const read of due) read();
  }
}
