import { close, fstatSync, write } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import type { Clock } from '@tallyman/sdk';
import { codeOf } from './error-code.ts';
import { ownDescriptor } from './own-descriptor.ts';

/** Where the lines go. One write at a time. */
export interface Output {
  readonly isTerminal: boolean;
  /**
   * Takes bytes from the front, and says how many, once the operating system has them; at least one. May wait
   * for as long as a reader stalls, without holding up the process.
   */
  write(bytes: Uint8Array): Promise<number>;
  /** Gives up a write that waits. */
  close(): Promise<void>;
}

const standardOutputFd = 1;
const writeTo = promisify(write);
const closeDescriptor = promisify(close);

// As much as a pipe holds (pipe(7)): more at once only hides how far a slow reader got.
const sliceBytes = 64 * 1024;
// How long a full terminal is left alone: it cannot be waited for as a pipe can.
const fullTerminalMs = 10;

/** The process's standard output, whatever it is. Opened at the first write. */
export function standardOutput(clock: Clock): Output {
  let opened: Output | undefined;
  return {
    isTerminal: isatty(standardOutputFd),
    write: async (bytes) => {
      opened ??= openStandardOutput(clock);
      return await opened.write(bytes);
    },
    close: async () => await opened?.close(),
  };
}

function openStandardOutput(clock: Clock): Output {
  const own = ownDescriptor(standardOutputFd);
  const kind = fstatSync(standardOutputFd);
  if (own !== undefined && kind.isFIFO()) {
    const pipe = new Socket({ fd: own, readable: false, writable: true });
    return new StreamOutput(pipe, () => pipe.destroy());
  }
  if (own !== undefined) return new DescriptorOutput(own, clock, () => closeDescriptor(own));
  // Node's own stream is the one handle on this descriptor that may exist, and it is never closed.
  if (kind.isFIFO() || kind.isSocket() || isatty(standardOutputFd))
    return streamOutput(process.stdout);
  return new DescriptorOutput(standardOutputFd, clock, async () => {});
}

/** A stream as an output. Closing leaves the stream to its owner. */
export function streamOutput(stream: Writable): Output {
  return new StreamOutput(stream, () => {});
}

/** Pipes and sockets: the event loop says when they take more. After an error such a stream takes nothing again. */
class StreamOutput implements Output {
  readonly isTerminal: boolean;
  readonly #stream: Writable;
  readonly #release: () => void;
  #failure: Error | undefined;

  constructor(stream: Writable, release: () => void) {
    this.isTerminal = 'isTTY' in stream && stream.isTTY === true;
    this.#stream = stream;
    this.#release = release;
    stream.on('error', this.#onError);
  }

  readonly #onError = (error: Error): void => {
    this.#failure ??= error;
  };

  write(bytes: Uint8Array): Promise<number> {
    const slice = bytes.subarray(0, sliceBytes);
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#stream.write(slice, (error) => {
        if (error) reject(error);
        else resolve(slice.length);
      });
    });
  }

  async close(): Promise<void> {
    this.#release();
    // The listener stays while the stream may still report a write that was given up.
    if (this.#stream.writableLength === 0) this.#stream.off('error', this.#onError);
  }
}

/** Files, and terminals that answer EAGAIN when they are full. */
class DescriptorOutput implements Output {
  readonly isTerminal: boolean;
  readonly #fd: number;
  readonly #clock: Clock;
  readonly #release: () => Promise<void>;
  readonly #closing = new AbortController();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(fd: number, clock: Clock, release: () => Promise<void>) {
    this.isTerminal = isatty(fd);
    this.#fd = fd;
    this.#clock = clock;
    this.#release = release;
  }

  async write(bytes: Uint8Array): Promise<number> {
    for (;;) {
      this.#closing.signal.throwIfAborted();
      try {
        const writing = writeTo(this.#fd, bytes, 0, Math.min(bytes.length, sliceBytes));
        this.#writing = writing.catch(() => {});
        const { bytesWritten } = await writing;
        if (bytesWritten > 0) return bytesWritten;
      } catch (cause) {
        if (codeOf(cause) !== 'EAGAIN') throw cause;
      }
      await this.#clock.sleep(fullTerminalMs, this.#closing.signal);
    }
  }

  /** The descriptor is released only after a write that the thread pool has begun: its number may be used again. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
    await this.#release();
  }
}
