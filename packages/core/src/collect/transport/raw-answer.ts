import { connect, type Socket } from 'node:net';
import type { ByteSource } from '../engine.ts';
import { AnswerError, saidIn } from './exchange.ts';
import type { ReadPace } from './read-pace.ts';

type Take = (bytes: Buffer) => Promise<void> | undefined;

/** The server does not speak HTTP/1.0: the question has to be asked in another way. */
export class NotPlainError extends Error {
  override readonly name = 'NotPlainError';
}

const longestHeadBytes = 64 * 1024;
const headEnd = Buffer.from('\r\n\r\n');

// All connections are read into this, one after the other; what was read is taken at once.
const readBuffer = Buffer.allocUnsafeSlow(128 * 1024);

/**
 * `GET` over HTTP/1.0 on a unix socket. The body comes as it is, whereas in HTTP/1.1 an engine makes one chunk of
 * each log line, and Node one event and one buffer of each chunk. How such a body ends does not tell whether it is
 * complete. Rejects with {@link AnswerError}, {@link NotPlainError} or the socket's error.
 */
export function openRaw(
  socketPath: string,
  path: string,
  { pace, signal }: { readonly pace: ReadPace; readonly signal: AbortSignal },
): Promise<ByteSource> {
  return new Promise((resolve, reject) => {
    const answer: RawAnswer = new RawAnswer(socketPath, pace, signal, {
      resolve: () => resolve(answer),
      reject,
    });
    answer.ask(path);
  });
}

interface Settle {
  resolve(): void;
  reject(error: unknown): void;
}

/** One connection: first the head of the answer, then its body. */
class RawAnswer implements ByteSource {
  readonly #socket: Socket;
  readonly #pace: ReadPace;
  readonly #opened: Settle;
  /** What came before somebody pumps: the head, behind it the first bytes of the body, or an error's text. */
  #early: Buffer[] = [];
  #earlyBytes = 0;
  #status = 0;
  #take: Take | undefined;
  #pumped: Settle | undefined;
  #ending: 'open' | 'ended' | { readonly failure: unknown } = 'open';
  #waiting: Promise<void> | undefined;

  constructor(socketPath: string, pace: ReadPace, signal: AbortSignal, opened: Settle) {
    this.#pace = pace;
    this.#opened = opened;
    this.#socket = connect({
      path: socketPath,
      onread: { buffer: readBuffer, callback: (length) => this.#read(length) },
    });
    const cut = () => this.#socket.destroy(abortError(signal));
    signal.addEventListener('abort', cut, { once: true });
    this.#socket.once('end', () => this.#end());
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.once('close', () => {
      signal.removeEventListener('abort', cut);
      this.#fail(new Error('reading from the engine: the connection was cut'));
    });
    if (signal.aborted) cut();
  }

  ask(path: string): void {
    this.#socket.write(`GET ${path} HTTP/1.0\r\nHost: docker\r\n\r\n`);
  }

  pump(take: Take): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pumped = { resolve, reject };
      this.#take = take;
      const early = Buffer.concat(this.#early);
      this.#early = [];
      if (early.length > 0 && !this.#hand(early)) return;
      if (this.#ending === 'open') this.#socket.resume();
      else this.#settle();
    });
  }

  /** Whether reading goes on at once. */
  #read(length: number): boolean {
    const bytes = readBuffer.subarray(0, length);
    if (this.#take === undefined) return this.#readEarly(Buffer.from(bytes));
    if (!this.#hand(bytes)) return false;
    return this.#pace.goesOn(length, this.#resume);
  }

  readonly #resume = (): void => {
    if (this.#waiting === undefined) this.#socket.resume();
  };

  #readEarly(bytes: Buffer): boolean {
    this.#early.push(bytes);
    this.#earlyBytes += bytes.length;
    if (this.#status === 0) this.#seekHead();
    // The body waits for whoever pumps.
    if (this.#status === 200) return false;
    if (this.#earlyBytes < longestHeadBytes) return true;
    // Of an error so much is enough.
    this.#end();
    return false;
  }

  #seekHead(): void {
    const all = Buffer.concat(this.#early);
    const end = all.indexOf(headEnd);
    if (end < 0 && all.length < longestHeadBytes) return;
    this.#early = [all.subarray(end + headEnd.length)];
    this.#readHead(all.toString('latin1', 0, Math.max(0, end)));
  }

  #readHead(head: string): void {
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
    this.#status = Number(status ?? Number.NaN);
    if (status === undefined || /^(transfer-encoding|content-encoding):/im.test(head))
      this.#socket.destroy(new NotPlainError('asking in HTTP/1.0: the answer is not plain'));
    else if (this.#status === 200) this.#opened.resolve();
  }

  /** Hands bytes on and says whether reading goes on at once. */
  #hand(bytes: Buffer): boolean {
    try {
      const wait = this.#take?.(bytes);
      if (wait === undefined) return true;
      this.#waiting = wait.then(
        () => this.#goOn(),
        (error) => this.#fail(error),
      );
    } catch (error) {
      this.#fail(error);
    }
    return false;
  }

  #goOn(): void {
    this.#waiting = undefined;
    if (this.#ending === 'open') this.#socket.resume();
    else this.#settle();
  }

  #end(): void {
    if (this.#status !== 200) {
      const said = saidIn(Buffer.concat(this.#early).toString('utf8'));
      this.#fail(this.#status > 0 ? new AnswerError(this.#status, said) : new CutError());
      return;
    }
    if (this.#ending === 'open') this.#ending = 'ended';
    if (this.#waiting === undefined) this.#settle();
  }

  #fail(failure: unknown): void {
    if (this.#ending !== 'open') return;
    this.#ending = { failure };
    this.#socket.destroy();
    this.#opened.reject(failure);
    // Settles once nothing is being taken any more, so that nobody goes on from a place that is still moving.
    void (this.#waiting ?? Promise.resolve()).finally(() => this.#settle());
  }

  #settle(): void {
    if (this.#ending === 'ended') this.#pumped?.resolve();
    else if (this.#ending !== 'open') this.#pumped?.reject(this.#ending.failure);
  }
}

class CutError extends Error {
  constructor() {
    super('reading from the engine: the connection was cut before it answered');
  }
}

function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('reading was aborted');
}
