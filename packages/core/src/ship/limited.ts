import { type Clock, isSinkError, retryable } from '@tallyman/sdk';

export interface Limits {
  /** How long the task may go without progress. */
  readonly limitMs: number;
  readonly clock: Clock;
  /** When progress was last reported, on the monotonic clock. */
  readonly progressMs: () => number;
  /** Called when the limit is reached, before the task is told to stop. */
  readonly expired?: () => void;
  /** Called when the task did not settle although it was told to. */
  readonly abandoned: () => void;
}

/** How long a task may take to settle once it was told to. */
const graceMs = 1_000;

/**
 * Runs something of a sink's under a time limit that starts anew with every progress. At the limit, and when
 * `signal` aborts, the task is told to stop; what it still says within the grace counts, then it is abandoned.
 */
export async function limited<T>(
  task: (signal: AbortSignal) => Promise<T>,
  doing: string,
  limits: Limits,
  signal: AbortSignal,
): Promise<T> {
  const watch = new Watch(doing, limits);
  const onAbort = () => watch.interrupt(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    // The inner function makes a rejection of what the sink throws at once.
    return await Promise.race([(async () => task(watch.signal))(), watch.givenUp]);
  } catch (error) {
    throw watch.signal.aborted && !saysWhatWasAccepted(error) ? watch.signal.reason : error;
  } finally {
    watch.end();
    signal.removeEventListener('abort', onAbort);
  }
}

// Whatever else a task rejects with after an abort is a consequence of the abort.
function saysWhatWasAccepted(error: unknown): boolean {
  return isSinkError(error) && error.disposition === 'partial';
}

/** The timers of one attempt, with a signal of its own: a shared one would gather a listener an attempt. */
class Watch {
  readonly #controller = new AbortController();
  /** Ends the grace, once it has begun. */
  #over: AbortController | undefined;
  readonly #givenUp = Promise.withResolvers<never>();
  readonly #limits: Limits;
  readonly #doing: string;
  readonly #startedMs: number;
  #cancelLimit: () => void;

  constructor(doing: string, limits: Limits) {
    this.#doing = doing;
    this.#limits = limits;
    this.#startedMs = limits.clock.monotonicMs();
    this.#cancelLimit = limits.clock.after(limits.limitMs, () => this.#check());
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Rejects when the grace is over. */
  get givenUp(): Promise<never> {
    return this.#givenUp.promise;
  }

  interrupt(reason: unknown): void {
    if (this.signal.aborted) return;
    const { clock, abandoned } = this.#limits;
    this.#cancelLimit();
    this.#controller.abort(reason);
    this.#over = new AbortController();
    // Unlike the limit's, this timer keeps the process alive: while stopping there may be nothing else left that does.
    clock.sleep(graceMs, this.#over.signal).then(
      () => {
        abandoned();
        this.#givenUp.reject(reason);
      },
      () => undefined,
    );
  }

  end(): void {
    this.#cancelLimit();
    this.#over?.abort();
  }

  #check(): void {
    const { limitMs, clock, progressMs, expired } = this.#limits;
    const restMs = Math.max(this.#startedMs, progressMs()) + limitMs - clock.monotonicMs();
    if (restMs > 0) {
      this.#cancelLimit = clock.after(restMs, () => this.#check());
      return;
    }
    expired?.();
    this.interrupt(retryable(`${this.#doing}: no answer within ${limitMs} ms`));
  }
}
