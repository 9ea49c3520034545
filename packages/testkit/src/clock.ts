import type { Clock } from '@tallyman/sdk';

interface Timer {
  readonly dueMs: number;
  readonly fire: () => void;
}

/**
 * A clock that stands still until a test moves it. Timers fire in order of their time, then of their making,
 * and promises settle in between, as they would in life.
 */
export class VirtualClock implements Clock {
  readonly #epochMs: number;
  readonly #timers = new Set<Timer>();
  #elapsedMs = 0;

  constructor(epochMs: number = Date.UTC(2025, 0, 1)) {
    this.#epochMs = epochMs;
  }

  now(): number {
    return this.#epochMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        cancel();
        reject(signal.reason);
      };
      const cancel = this.after(ms, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  after(ms: number, then: () => void): () => void {
    const timer: Timer = { dueMs: this.#elapsedMs + Math.max(0, ms), fire: then };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that have yet to fire. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves time forward, through every timer that becomes due, also those set on the way. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await this.settle();
    for (let timer = this.#next(); timer && timer.dueMs <= untilMs; timer = this.#next()) {
      this.#timers.delete(timer);
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
      timer.fire();
      await this.settle();
    }
    this.#elapsedMs = untilMs;
  }

  /** Lets promises settle without moving time. */
  settle(): Promise<void> {
    // A turn of the event loop begins only once no microtask is left.
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (!next || timer.dueMs < next.dueMs) next = timer;
    return next;
  }
}
