import { setMaxListeners } from 'node:events';

/** Callers that wait until a lane can take what it refused. */
export class Room {
  readonly #isOpen: (wantedBytes: number) => boolean;
  #wantedBytes = 0;
  #closed = false;
  readonly #waiting = new Set<PromiseWithResolvers<void>>();

  /** `isOpen` says whether there is room, and so many bytes of it. */
  constructor(isOpen: (wantedBytes: number) => boolean) {
    this.#isOpen = isOpen;
  }

  /** Whether something did not fit, and there was no room since. */
  get isShort(): boolean {
    return this.#wantedBytes > 0;
  }

  /** Notes that something of so many bytes did not fit. */
  lacks(bytes: number): void {
    this.#wantedBytes = Math.max(this.#wantedBytes, bytes);
  }

  /** Lets everybody in, where there is room. To be called whenever there may be. */
  check(): void {
    if (!this.isShort && this.#waiting.size === 0) return;
    if (!this.#isOpen(this.#wantedBytes)) return;
    this.#wantedBytes = 0;
    for (const waiter of this.#waiting) waiter.resolve();
    this.#waiting.clear();
  }

  /** Resolves when there is room. Rejects with the signal's reason, or when the lane stops. */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#closed) throw stopped();
    const waiter = Promise.withResolvers<void>();
    const onAbort = () => waiter.reject(signal.reason);
    // Any number of readers may wait by the same signal; each listener is removed below.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(waiter);
    this.check();
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
