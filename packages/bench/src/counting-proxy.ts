import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';

/** Stands before an engine's socket and counts the bytes that the engine sends, and the connections. To be held with `await using`. */
export class CountingProxy implements AsyncDisposable {
  readonly socketPath: string;
  bytesSent = 0;
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(folder: string, enginePath: string) {
    this.socketPath = join(folder, 'engine.sock');
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      this.connections++;
      const engine = connect({ path: enginePath, allowHalfOpen: true });
      engine.on('data', ({ length }) => {
        this.bytesSent += length;
      });
      for (const socket of [client, engine]) {
        this.#sockets.add(socket);
        socket.once('close', () => this.#sockets.delete(socket));
      }
      // Whatever ends one way is for both ends to see; neither is ours to report.
      pipeline(client, engine, client, () => {});
    });
  }

  static async before(enginePath: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(await mkdtemp(join(tmpdir(), 'tallyman-bench-')), enginePath);
    proxy.#server.listen(proxy.socketPath);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await rm(join(this.socketPath, '..'), { recursive: true, force: true });
  }
}
