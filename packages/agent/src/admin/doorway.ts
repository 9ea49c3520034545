import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';

/** What answers, on connections that it is given. */
export interface Answering {
  readonly server: HttpServer;
  ready(): PromiseLike<unknown>;
  close(): PromiseLike<unknown>;
}

export interface DoorwaySettings {
  /** Makes what answers. It listens to nothing. */
  readonly server: () => Promise<Answering>;
  /** Told why a connection could not be taken, or not be answered. */
  readonly failed: (error: unknown) => void;
}

const mostConnections = 64;

/**
 * Listens at once; what answers comes with the first connection. Most agents are never asked, and the server with
 * all that it imports weighs 9 MiB.
 */
export class Doorway {
  readonly #settings: DoorwaySettings;
  readonly #door: Server = createServer({ pauseOnConnect: true });
  #making: Promise<Answering | undefined> | undefined;

  constructor(settings: DoorwaySettings) {
    this.#settings = settings;
    this.#door.maxConnections = mostConnections;
  }

  /** `http://HOST:PORT`; absent: it is a file, or nothing listens. */
  get address(): string | undefined {
    const at = this.#door.address();
    if (typeof at !== 'object' || at === null) return undefined;
    return `http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`;
  }

  /** Rejects as `net.Server` fails. */
  async listen(address: ListenOptions): Promise<void> {
    this.#door.listen(address);
    await once(this.#door, 'listening');
    this.#door.on('error', this.#settings.failed);
    this.#door.on('connection', (socket) => {
      // Until the server has it, nobody else listens.
      socket.on('error', () => {});
      this.#making ??= this.#make();
      void this.#making.then((server) => admit(socket, server));
    });
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    const closed = this.#door.listening && new Promise((resolve) => this.#door.close(resolve));
    const server = await this.#making;
    server?.server.closeAllConnections();
    await server?.close();
    await closed;
  }

  async #make(): Promise<Answering | undefined> {
    try {
      const server = await this.#settings.server();
      await server.ready();
      // Then Node begins to watch over the server's connections, whoever accepts them.
      server.server.emit('listening');
      return server;
    } catch (error) {
      this.#settings.failed(error);
      this.#making = undefined;
      return undefined;
    }
  }
}

function admit(socket: Socket, server: Answering | undefined): void {
  if (server === undefined) {
    socket.destroy();
    return;
  }
  server.server.emit('connection', socket);
  socket.resume();
}
