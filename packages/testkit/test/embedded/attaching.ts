import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { EmbeddedEngine } from '../../src/embedded/index.ts';
import { payloadsIn } from './asking.ts';

/** A connection that the engine handed over, with what came so far. */
export class Attached {
  readonly connection: Duplex;
  readonly ended: Promise<'end' | 'cut'>;
  received = Buffer.alloc(0);

  constructor(connection: Duplex, head: Buffer) {
    this.connection = connection;
    this.received = Buffer.concat([head]);
    connection.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
    });
    connection.on('error', () => {});
    this.ended = new Promise((resolve) => {
      connection.once('end', () => resolve('end'));
      connection.once('close', () => resolve('cut'));
    });
  }

  get payloads(): readonly string[] {
    return payloadsIn(this.received);
  }

  /** Resolves once so many bytes are there. */
  async has(bytes: number): Promise<void> {
    while (this.received.length < bytes)
      await new Promise((resolve) => this.connection.once('data', resolve));
  }
}

/** Attaches; rejects with the status and the body where the engine refuses. */
export function attach(engine: EmbeddedEngine, container: string, query = ''): Promise<Attached> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      socketPath: engine.socketPath,
      method: 'POST',
      path: `/v1.41/containers/${container}/attach?stream=1&stdout=1&stderr=1${query}`,
      headers: { Connection: 'Upgrade', Upgrade: 'tcp' },
      agent: false,
    });
    outgoing.on('error', reject);
    outgoing.once('upgrade', (_, connection, head) => resolve(new Attached(connection, head)));
    outgoing.once('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('end', () =>
        reject(new Error(`${response.statusCode} ${Buffer.concat(parts).toString().trim()}`)),
      );
    });
    outgoing.end();
  });
}
