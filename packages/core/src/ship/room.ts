import { setMaxListeners } from 'node:events';

/** Callers that wait until a full lane can take records again. */
export class Room {
  #wantedBytes = 0;
  #closed = false;
  readonly #waiting = new Set<PromiseWithResolvers<void>>();

  /** Whether something did not fit and still would not. */
  get short(): boolean {
    return this.#wantedBytes > 0;
  }

  /** Notes that a record of so many bytes did not fit. */
  lacks(bytes: number): void {
    this.#wantedBytes = Math.max(this.#wantedBytes, bytes);
  }

  /** Lets everybody in, once what did not fit would. */
  freed(freeBytes: number): void {
    if (!this.short || freeBytes < this.#wantedBytes) return;
    this.#wantedBytes = 0;
    for (const waiter of this.#waiting) waiter.resolve();
    this.#waiting.clear();
  }

  /** Resolves when there is room. Rejects with the signal's reason, or when the lane stops. */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#closed) throw stopped();
    if (!this.short) return;
    const waiter = Promise.withResolvers<void>();
    const onAbort = () => waiter.reject(signal.reason);
    // Any number of readers may wait by the same signal; each listener is removed below.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(waiter);
    try {
      await waiter.promise;
    } finally {
      this.#waiting.delete(waiter);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Turns everybody away. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting) waiter.reject(stopped());
    this.#waiting.clear();
  }
}

function stopped(): Error {
  return new Error('waiting for room: the lane is stopping');
}
