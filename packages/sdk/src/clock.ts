/**
 * Time, as the pipeline and the sinks see it, so that tests can bring their own.
 * Nothing else in Tallyman calls `setTimeout` or `Date.now`.
 */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. May jump. */
  now(): number;
  /** Milliseconds since an arbitrary moment. Never goes back. */
  monotonicMs(): number;
  /** Resolves after `ms`. Rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `then` once after `ms`, unless the returned function is called before. Does not keep the process alive. */
  after(ms: number, then: () => void): () => void;
}

// Longer timers overflow in Node and fire at once (node lib/internal/timers.js, TIMEOUT_MAX).
const longestTimerMs = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, timerMs(ms));
      signal.addEventListener('abort', onAbort, { once: true });
    }),
  after: (ms, then) => {
    const timer = setTimeout(then, timerMs(ms));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A moment that has just passed is now: Node warns of negative timers on standard error. */
function timerMs(ms: number): number {
  return Math.min(Math.max(ms, 0), longestTimerMs);
}
