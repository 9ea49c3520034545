import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Certificate } from '@tallyman/testkit';

export interface TcpOptions {
  /** Default: plain. */
  readonly certificate?: Certificate;
  /** What a client has to show, in PEM. Default: nothing. */
  readonly clientAuthority?: string;
  /** One is chosen unless given. */
  readonly port?: number;
}

// The first byte of every TLS connection (RFC 8446, 5.1: handshake).
const handshake = 0x16;
// What Go's HTTP server, and with it dockerd, says to a client without TLS (net/http, server.go).
const plainRefusal =
  'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/** An engine's unix socket over TCP on loopback, plain or with TLS as dockerd has it. To be held with `await using`. */
export class EngineOverTcp implements AsyncDisposable {
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(socketPath: string, options: TcpOptions) {
    this.#server = createServer((socket) => {
      this.#open.add(socket.on('error', () => {}));
      socket.once('data', (first: Buffer) => {
        socket.pause();
        socket.unshift(first);
        forward(socket, first, socketPath, options);
      });
    });
  }

  static async start(socketPath: string, options: TcpOptions = {}): Promise<EngineOverTcp> {
    const proxy = new EngineOverTcp(socketPath, options);
    await once(proxy.#server.listen(options.port ?? 0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('it listens no more');
    return address.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }
}

function forward(
  socket: Socket,
  first: Buffer,
  socketPath: string,
  { certificate, clientAuthority }: TcpOptions,
): void {
  if (certificate === undefined) {
    pipe(socket, socketPath);
    return;
  }
  if (first[0] !== handshake) {
    socket.end(plainRefusal);
    return;
  }
  const wants = clientAuthority === undefined ? {} : { ca: clientAuthority };
  const secured = new TLSSocket(socket, {
    isServer: true,
    secureContext: createSecureContext({ ...certificate, ...wants }),
    requestCert: clientAuthority !== undefined,
    rejectUnauthorized: clientAuthority !== undefined,
  });
  pipe(secured, socketPath);
}

function pipe(from: Socket, socketPath: string): void {
  const to = connect(socketPath);
  to.on('error', () => from.destroy());
  from.on('error', () => to.destroy());
  from.pipe(to).pipe(from);
}
