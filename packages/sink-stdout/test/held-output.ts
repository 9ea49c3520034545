import { setImmediate } from 'node:timers/promises';
import type { Output } from '../src/index.ts';

/** An output that takes bytes only when the test lets it, as a pipe does whose reader stalls. */
export class HeldOutput implements Output {
  readonly isTerminal = false;
  closed = false;
  #text = '';
  #waiting:
    | { bytes: Uint8Array; resolve(taken: number): void; reject(cause: Error): void }
    | undefined;

  get text(): string {
    return this.#text;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.#waiting !== undefined) throw new Error('two writes at once');
    return new Promise((resolve, reject) => {
      this.#waiting = { bytes, resolve, reject };
    });
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Takes up to so many bytes of the write that waits, and lets the sink go on. */
  async take(bytes = Number.POSITIVE_INFINITY): Promise<void> {
    const waiting = await this.#next();
    const taken = waiting.bytes.subarray(0, bytes);
    this.#text += Buffer.from(taken).toString();
    waiting.resolve(taken.length);
    await setImmediate();
  }

  async fail(cause: Error): Promise<void> {
    (await this.#next()).reject(cause);
    await setImmediate();
  }

  get hasWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  async #next() {
    await setImmediate();
    const waiting = this.#waiting;
    if (waiting === undefined) throw new Error('nothing is being written');
    this.#waiting = undefined;
    return waiting;
  }
}
