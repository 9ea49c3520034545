import type { Readable } from 'node:stream';
import type { ByteSource } from '../engine.ts';

type Take = (bytes: Buffer) => Promise<void> | undefined;

/** A connection that the engine handed over for a container's output. The signal's abort destroys it. */
export class HijackedSource implements ByteSource {
  readonly #connection: Readable;

  constructor(connection: Readable, signal: AbortSignal) {
    this.#connection = connection;
    const cut = () => connection.destroy();
    signal.addEventListener('abort', cut, { once: true });
    connection.once('close', () => signal.removeEventListener('abort', cut));
    // It may be cut before anybody pumps; pump tells of it.
    connection.on('error', () => {});
    if (signal.aborted) cut();
  }

  pump(take: Take): Promise<void> {
    const connection = this.#connection;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let taken: Promise<void> = Promise.resolve();
    const fail = (error: unknown) => {
      connection.destroy();
      reject(error);
    };
    const cut = () =>
      fail(connection.errored ?? new Error('reading from the engine: the connection was cut'));
    if (connection.destroyed) cut();
    connection.on('data', (bytes: Buffer) => {
      try {
        const wait = take(bytes);
        if (wait === undefined) return;
        connection.pause();
        taken = wait;
        wait.then(() => connection.resume(), fail);
      } catch (error) {
        fail(error);
      }
    });
    connection.once('end', () => {
      taken.then(resolve, reject);
    });
    connection.once('close', () => {
      if (!connection.readableEnded) cut();
    });
    return promise;
  }
}
