import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';

const configuration = join(import.meta.dirname, '../../../../deploy/haproxy.cfg');

/** What deploy/haproxy.cfg lets through. */
function allowedPaths(): RegExp {
  const [, pattern] =
    / path,url_dec -m reg (\S+) }/.exec(readFileSync(configuration, 'utf8')) ?? [];
  if (pattern === undefined) throw new Error(`reading ${configuration}: it has no rule for paths`);
  return new RegExp(pattern);
}

export interface SocketProxyOptions {
  /** Of the engine. */
  readonly socketPath: string;
  /** An answer that says nothing for so long is cut. */
  readonly silenceMs: number;
}

/**
 * What stands between the agent and an engine that it may read from alone, as haproxy does with `timeout server`:
 * an HTTP server on loopback that passes `GET` of some paths on. To be held with `await using`.
 */
export class SocketProxy implements AsyncDisposable {
  /** Methods and paths that were refused. */
  readonly refused: string[] = [];
  /** Paths of the answers that were cut, without version and query. */
  readonly cut: string[] = [];
  readonly #options: SocketProxyOptions;
  readonly #allowed = allowedPaths();
  readonly #server = createServer((incoming, answer) => this.#pass(incoming, answer));
  readonly #sockets = new Set<Socket>();

  private constructor(options: SocketProxyOptions) {
    this.#options = options;
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(options: SocketProxyOptions): Promise<SocketProxy> {
    const proxy = new SocketProxy(options);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address() as AddressInfo;
    return address.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method = '', url = '', headers } = incoming;
    const path = url.replace(/\?.*$/, '');
    if (method !== 'GET' || !this.#allowed.test(path)) {
      this.refused.push(`${method} ${path}`);
      answer.writeHead(403).end('Forbidden');
      return;
    }
    const { socketPath, silenceMs } = this.#options;
    const asked = request({ socketPath, path: url, headers, agent: false }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      answer.flushHeaders();
      response.on('error', () => answer.destroy());
      response.pipe(answer);
    });
    asked.setTimeout(silenceMs, () => {
      this.cut.push(path.replace(/^\/v[\d.]+/, ''));
      asked.destroy();
      answer.destroy();
    });
    asked.on('error', () => answer.destroy());
    answer.on('close', () => asked.destroy());
    asked.end();
  }
}
