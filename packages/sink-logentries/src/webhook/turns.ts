/** One after the other, in the order in which they asked. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when all earlier turns are over; this one is over when what it resolves with is disposed of. */
  async take(signal: AbortSignal): Promise<AsyncDisposable> {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const earlier = this.#last;
    this.#last = earlier.then(() => over);
    try {
      await unlessAborted(earlier, signal);
    } catch (error) {
      end();
      throw error;
    }
    return { [Symbol.asyncDispose]: async () => end() };
  }
}

function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
