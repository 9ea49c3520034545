import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Which switch lets which paths through, and which are on by themselves (tecnativa/docker-socket-proxy, haproxy.cfg). */
const paths: Readonly<Record<string, RegExp>> = {
  PING: /^\/_ping$/,
  VERSION: /^(\/v[\d.]+)?\/version$/,
  EVENTS: /^(\/v[\d.]+)?\/events/,
  INFO: /^(\/v[\d.]+)?\/info/,
  CONTAINERS: /^(\/v[\d.]+)?\/containers/,
};

/** A proxy before an engine that lets through what its environment allows, as the usual ones. To be held with `await using`. */
export class SwitchedProxy implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tallyman-proxy-'));
  readonly socketPath = join(this.#folder, 'proxy.sock');
  readonly #server: Server;
  /** The environment it was started with. */
  env: Readonly<Record<string, string>> = { PING: '1', VERSION: '1', EVENTS: '1' };

  private constructor(enginePath: string) {
    this.#server = createServer((asked, answer) => {
      if (!this.#allows(asked.method, asked.url)) {
        answer.writeHead(403, { 'Content-Type': 'text/html' });
        answer.end(
          '<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.',
        );
        return;
      }
      const { method, url: path, headers } = asked;
      const passed = request({ socketPath: enginePath, method, path, headers }, (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      asked.pipe(passed);
    });
    this.#server.on('upgrade', (asked, socket) => {
      socket.on('error', () => {});
      if (!this.#allows(asked.method, asked.url)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const to = connect(enginePath).on('error', () => socket.destroy());
      to.write(
        `${asked.method} ${asked.url} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
      );
      to.pipe(socket).pipe(to);
    });
  }

  static async start(enginePath: string): Promise<SwitchedProxy> {
    const proxy = new SwitchedProxy(enginePath);
    await once(proxy.#server.listen(proxy.socketPath), 'listening');
    return proxy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #allows(method = '', url = ''): boolean {
    if (method !== 'GET' && this.env.POST !== '1') return false;
    const path = url.split('?')[0] ?? '';
    return Object.entries(paths).some(
      ([name, pattern]) => this.env[name] === '1' && pattern.test(path),
    );
  }
}
