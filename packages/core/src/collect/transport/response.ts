import type { IncomingMessage } from 'node:http';
import type { ByteSource } from '../engine.ts';

const longestBodyBytes = 64 * 1024 * 1024;

/** The whole body as text. Rejects where it is longer than anything the agent asks for. */
export async function bodyOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    length += part.length;
    if (length > longestBodyBytes)
      throw new Error(`the answer is longer than ${longestBodyBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

type Take = (bytes: Buffer) => Promise<void> | undefined;

interface Settle {
  resolve(): void;
  reject(error: unknown): void;
}

/** An HTTP response as pieces of bytes. */
export class ResponseSource implements ByteSource {
  readonly #response: IncomingMessage;

  constructor(response: IncomingMessage) {
    this.#response = response;
    // The connection may be cut before anybody pumps; pump tells of it.
    response.on('error', () => {});
  }

  pump(take: Take): Promise<void> {
    return new Promise((resolve, reject) => {
      new Pump(this.#response, take, { resolve, reject }).start();
    });
  }
}

// Of one connection, before the next bytes are read.
const mostTakenBytes = 128 * 1024;

/**
 * The engine sends one HTTP chunk a log line, and Node emits one event a chunk. What arrived in one turn of
 * the event loop is handed on together.
 */
class Pump {
  readonly #response: IncomingMessage;
  readonly #take: Take;
  readonly #settle: Settle;
  #parts: Buffer[] = [];
  #bytes = 0;
  #isScheduled = false;
  #isPaused = false;
  #hasEnded = false;
  #hasFailed = false;
  #waiting: Promise<void> = Promise.resolve();

  constructor(response: IncomingMessage, take: Take, settle: Settle) {
    this.#response = response;
    this.#take = take;
    this.#settle = settle;
  }

  start(): void {
    const response = this.#response;
    if (response.destroyed && !response.readableEnded) {
      this.#settle.reject(this.#cut());
      return;
    }
    response.on('data', (part: Buffer) => {
      this.#parts.push(part);
      this.#bytes += part.length;
      if (this.#bytes >= mostTakenBytes) response.pause();
      this.#schedule();
    });
    response.on('end', () => {
      this.#hasEnded = true;
      this.#schedule();
    });
    response.on('error', (error) => this.#fail(error));
    response.on('close', () => {
      if (!response.readableEnded) this.#fail(this.#cut());
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isPaused) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (this.#hasFailed) return;
    try {
      const isFull = this.#bytes >= mostTakenBytes;
      const wait = this.#parts.length > 0 ? this.#take(this.#joined()) : undefined;
      if (wait !== undefined) this.#pauseUntil(wait);
      else if (this.#hasEnded) this.#settle.resolve();
      else if (isFull) this.#response.resume();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A copy also of a single part: it would keep the whole buffer that the transport read into. */
  #joined(): Buffer {
    const joined = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return joined;
  }

  #pauseUntil(wait: Promise<void>): void {
    this.#isPaused = true;
    this.#waiting = wait.catch(() => {});
    this.#response.pause();
    wait.then(
      () => {
        this.#isPaused = false;
        this.#response.resume();
        this.#schedule();
      },
      (error) => this.#fail(error),
    );
  }

  /** Settles once nothing is being taken any more, so that nobody goes on from a place that is still moving. */
  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#response.destroy();
    void this.#waiting.then(() => this.#settle.reject(error));
  }

  #cut(): Error {
    return this.#response.errored ?? new Error('reading from the engine: the connection was cut');
  }
}
