import type { Duplex } from 'node:stream';
import type { OutputStream } from './log-store.ts';

// moby pkg/ioutils, blockThreshold: more than this unfetched, and the container's write waits.
const blockThresholdBytes = 1_000_000;

/** Where what a container writes goes besides its log: the connections attached to it, until the run ends. */
export class Attachments {
  readonly #tty: boolean;
  readonly #silent = new WeakSet<Duplex>();
  #connections = new Set<Duplex>();

  constructor(tty: boolean) {
    this.#tty = tty;
  }

  /** How many connections are open. */
  get count(): number {
    return this.#connections.size;
  }

  /** Whether a real engine would make the container wait, as somebody attached does not read. */
  get isBlocked(): boolean {
    return [...this.#connections].some(
      ({ writableLength }) => writableLength > blockThresholdBytes,
    );
  }

  /** Gets what is written from now on. */
  add(connection: Duplex): void {
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
  }

  /** As it was written: not cut into lines. */
  write(stream: OutputStream, bytes: Uint8Array): void {
    const frame = framed(stream, bytes, this.#tty);
    for (const connection of this.#connections)
      if (!this.#silent.has(connection)) connection.write(frame);
  }

  /** What is open now stays open and gets nothing more, nor its end. */
  silence(): void {
    for (const connection of this.#connections) this.#silent.add(connection);
  }

  /** The run ends, and with it the connections. One that is made while nothing runs waits for the next run. */
  end(): void {
    const ended = this.#connections;
    this.#connections = new Set();
    for (const connection of ended) if (!this.#silent.has(connection)) connection.end();
  }
}

/** A frame: stream, three zeros, length; then the payload. A TTY's output has no frames. */
export function framed(stream: OutputStream, payload: Uint8Array, tty: boolean): Buffer {
  if (tty) return Buffer.from(payload);
  const header = Buffer.alloc(8);
  header[0] = stream === 'stdout' ? 1 : 2;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}
