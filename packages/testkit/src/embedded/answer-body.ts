import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Chunking, sizesOf } from './chunking.ts';

// What is held back for re-cutting goes out at the latest here.
const heldBytes = 256 * 1024;

/** Where and how a body breaks off. */
export interface BreakPoint {
  readonly afterBytes: number;
  readonly connection: 'reset' | 'hang';
}

/** What stands between an answer and the wire. */
export interface BodySettings {
  readonly chunking: Chunking;
  readonly breakPoint?: BreakPoint | undefined;
  /** Resolves at once, or when a stalled engine goes on. */
  readonly open: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Writes an answer's body in the chunks that were asked for, waiting for a slow reader. */
export class AnswerBody {
  readonly #response: ServerResponse;
  readonly #settings: BodySettings;
  readonly #nextSize: () => number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #sentBytes = 0;

  constructor(response: ServerResponse, settings: BodySettings) {
    this.#response = response;
    this.#settings = settings;
    this.#nextSize = sizesOf(settings.chunking);
  }

  async write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    if (this.#settings.chunking === 'recorded') return this.#send(bytes);
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes >= heldBytes && this.#settings.chunking !== 'whole') await this.flush();
  }

  /** Sends what is held: called when there is nothing more to say for now. */
  async flush(): Promise<void> {
    let bytes = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    while (bytes.length > 0 && !this.#settings.signal.aborted) {
      const size = this.#nextSize();
      await this.#send(bytes.subarray(0, size));
      bytes = bytes.subarray(Math.min(size, bytes.length));
    }
  }

  async end(): Promise<void> {
    await this.flush();
    await this.#settings.open(this.#settings.signal);
    this.#response.end();
  }

  async #send(bytes: Buffer): Promise<void> {
    const { breakPoint, open, signal } = this.#settings;
    await open(signal);
    if (signal.aborted) return;
    const left = (breakPoint?.afterBytes ?? Number.POSITIVE_INFINITY) - this.#sentBytes;
    this.#sentBytes += bytes.length;
    if (bytes.length < left) return this.#put(bytes);
    await this.#put(bytes.subarray(0, left));
    await this.#breakOff();
  }

  async #put(bytes: Buffer): Promise<void> {
    if (bytes.length === 0 || this.#response.write(bytes)) return;
    // `drain` never comes once the reader is gone; the signal says so.
    await once(this.#response, 'drain', { signal: this.#settings.signal }).catch(() => {});
  }

  async #breakOff(): Promise<void> {
    const { breakPoint, signal } = this.#settings;
    if (breakPoint?.connection === 'reset') this.#response.socket?.destroySoon();
    if (!signal.aborted) await once(signal, 'abort');
  }
}
