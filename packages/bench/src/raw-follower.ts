import { get, type IncomingMessage } from 'node:http';

const headerBytes = 8;
const newline = 0x0a;

/** Follows the log of a container as `docker logs --follow` does. Only for containers without a terminal. */
export class RawFollower implements Disposable {
  readonly #answer: IncomingMessage;
  readonly #take: (line: string) => void;
  #rest: Buffer = Buffer.alloc(0);
  #line = '';

  private constructor(answer: IncomingMessage, take: (line: string) => void) {
    this.#answer = answer;
    this.#take = take;
    answer.on('data', (bytes) => this.#read(bytes));
    // It is cut when the container is removed.
    answer.on('error', () => {});
  }

  /** Resolves once the engine answers. Rejects where it cannot be reached. */
  static async of(
    socketPath: string,
    id: string,
    take: (line: string) => void,
  ): Promise<RawFollower> {
    const path = `/containers/${id}/logs?follow=1&stdout=1&stderr=1`;
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      get({ socketPath, path }, resolve).once('error', reject),
    );
    return new RawFollower(answer, take);
  }

  /** Takes nothing until {@link goOn}. */
  hold(): void {
    this.#answer.pause();
  }

  goOn(): void {
    this.#answer.resume();
  }

  [Symbol.dispose](): void {
    this.#answer.destroy();
  }

  #read(bytes: Buffer): void {
    const all = Buffer.concat([this.#rest, bytes]);
    let at = 0;
    while (all.length - at >= headerBytes) {
      const end = at + headerBytes + all.readUInt32BE(at + 4);
      if (end > all.length) break;
      this.#takePiece(all.subarray(at + headerBytes, end));
      at = end;
    }
    this.#rest = Buffer.from(all.subarray(at));
  }

  #takePiece(piece: Buffer): void {
    const isEnd = piece.at(-1) === newline;
    this.#line += piece.toString('latin1', 0, isEnd ? piece.length - 1 : piece.length);
    if (!isEnd) return;
    this.#take(this.#line);
    this.#line = '';
  }
}
