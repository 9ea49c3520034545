import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { HttpEngine } from '../../../src/collect/engine-http.ts';
import { until } from '../../until.ts';

/** Carries bytes between a tcp port and a unix socket. */
class TcpProxy implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(socketPath: string): Promise<TcpProxy> {
    const server = createServer((near) => {
      const far = connect(socketPath);
      near.pipe(far).pipe(near);
      for (const end of [near, far]) end.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('attaching through the engine’s API', () => {
  let engine: EmbeddedEngine;
  let client: HttpEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
    client = new HttpEngine({ kind: 'unix', socketPath: engine.socketPath });
  });
  afterEach(() => engine.close());
  const signal = AbortSignal.timeout(60_000);

  test('brings the bytes to their end, also those that came with the answer', async () => {
    const web = engine.container({ name: 'web', tty: true }).start().print('stdout', 'kept\n');
    const source = await client.attach('web', { backlog: true }, signal);
    const parts: Buffer[] = [];

    web.print('stdout', 'live\n').exit(0);
    await source.pump((bytes) => void parts.push(Buffer.from(bytes)));

    expect(Buffer.concat(parts).toString()).toBe('kept\r\nlive\r\n');
    expect(engine.requests.at(-1)).toMatch(/^POST .*\/containers\/web\/attach\?.*stdin=0&logs=1$/);
  });

  test('pauses where the taker waits, and goes on after it', async () => {
    const web = engine.container({ name: 'web', tty: true }).start();
    const source = await client.attach('web', { backlog: false }, signal);
    const { promise, resolve } = Promise.withResolvers<void>();
    let taken = 0;

    const pumped = source.pump((bytes) => {
      taken += bytes.length;
      return promise;
    });
    for (let written = 0; written < 4; written++) web.print('stdout', 'x'.repeat(1_000_000));
    await until(() => web.attachments.isBlocked && taken > 0);
    resolve();
    web.exit(0);
    await pumped;

    expect(taken).toBe(4_000_000);
  });

  test('rejects with what the taker throws, and lets the container go', async () => {
    const web = engine.container({ name: 'web', tty: true }).start();
    const source = await client.attach('web', { backlog: false }, signal);

    const pumped = source.pump(() => {
      throw new Error('no');
    });
    web.print('stdout', 'x');

    await expect(pumped).rejects.toThrow('no');
    await until(() => web.attachments.count === 0);
  });

  test('is cut by its signal', async () => {
    const web = engine.container({ name: 'web' }).start();
    const abort = new AbortController();
    const source = await client.attach('web', { backlog: false }, abort.signal);

    const pumped = source.pump(() => undefined);
    abort.abort();

    await expect(pumped).rejects.toThrow('the connection was cut');
    await until(() => web.attachments.count === 0);
  });

  test('works over tcp as well', async () => {
    const web = engine.container({ name: 'web', tty: true });
    await using proxy = await TcpProxy.to(engine.socketPath);
    const distant = new HttpEngine({ kind: 'tcp', host: '127.0.0.1', port: proxy.port });
    const source = await distant.attach('web', { backlog: false }, signal);
    const parts: Buffer[] = [];

    web.start().print('stdout', 'far away\n').exit(0);
    await source.pump((bytes) => void parts.push(Buffer.from(bytes)));

    expect(Buffer.concat(parts).toString()).toBe('far away\r\n');
  });

  test('is given up before the engine answers', async () => {
    engine.container({ name: 'web' });
    engine.fault('attach', { connection: 'hang' });
    const abort = new AbortController();

    const attaching = client.attach('web', { backlog: false }, abort.signal);
    await until(() => engine.requests.some((request) => request.includes('/attach')));
    abort.abort(new Error('enough'));

    await expect(attaching).rejects.toThrow('enough');
  });

  test.each([
    [404, 'No such container: web', 'gone'],
    [409, 'container ab is restarting, wait until the container is running', 'failed'],
    [409, 'container ab is paused, unpause the container before attach', 'failed'],
  ])('%i "%s" means %s', async (status, message, kind) => {
    engine.fault('attach', { status, message });

    await expect(client.attach('web', { backlog: false }, signal)).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(`attaching to a container: the engine answers ${status}`),
    });
  });
});
