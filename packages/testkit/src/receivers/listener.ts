import type { AddressInfo, Server, Socket } from 'node:net';
import { types } from 'node:util';

const host = '127.0.0.1';

/** A server on loopback, with its connections at hand: to be reset, and to be ended when it closes. */
export class Listener {
  readonly #server: Server;
  /** By the peer's port. These are the plain sockets, also below TLS: only they can be reset. */
  readonly #sockets = new Map<number, { readonly socket: Socket; readonly number: number }>();
  #port: number;
  #connections = 0;
  #forgotten = 0;

  constructor(server: Server, port = 0) {
    this.#server = server;
    this.#port = port;
    server.on('connection', (socket: Socket) => this.#keep(socket));
  }

  get host(): string {
    return host;
  }

  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#connections - this.#forgotten;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  forgetCounts(): void {
    this.#forgotten = this.#connections;
  }

  async listen(): Promise<void> {
    if (this.#server.listening) return;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, host, () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
    this.#port = portOf(this.#server.address());
  }

  /** Connections are refused from now on; those that are open stay. */
  refuse(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** From 1, in the order they were accepted. */
  numberOf(socket: Socket): number {
    return this.#sockets.get(socket.remotePort ?? 0)?.number ?? 0;
  }

  /** Ends a connection with a RST, also below TLS. */
  reset(socket: Socket): void {
    const plain = this.#sockets.get(socket.remotePort ?? 0)?.socket;
    if (plain === socket) resetNow(plain);
    // Taking the socket away from TLS while TLS is calling us crashes the process (Node 24).
    else if (plain) setImmediate(() => resetNow(plain));
  }

  cut(): void {
    for (const { socket } of this.#sockets.values()) resetNow(socket);
  }

  async close(): Promise<void> {
    this.refuse();
    const closed = [...this.#sockets.values()].map(
      ({ socket }) => new Promise((resolve) => socket.once('close', resolve)),
    );
    for (const { socket } of this.#sockets.values()) socket.destroy();
    await Promise.all(closed);
  }

  #keep(socket: Socket): void {
    const port = socket.remotePort ?? 0;
    const kept = { socket, number: ++this.#connections };
    this.#sockets.set(port, kept);
    // Whoever reads the connection hears of its errors; here they would only end the process.
    socket.on('error', () => {});
    socket.once('close', () => {
      if (this.#sockets.get(port) === kept) this.#sockets.delete(port);
    });
  }
}

function resetNow(socket: Socket): void {
  try {
    socket.resetAndDestroy();
  } catch (thrown) {
    // A handle that is just being closed cannot be reset any more.
    if (!types.isNativeError(thrown)) throw thrown;
    socket.destroy();
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string')
    throw new Error('listening on loopback: the server has no port');
  return address.port;
}
