import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { ReceiverAddress } from '../../src/receivers/index.ts';

/** A client's connection, with how it ended. Never ends by itself. */
export class Connection {
  readonly socket: Socket;
  /** Resolves with what came first from the other side. */
  readonly heard: Promise<'fin' | 'reset'>;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.heard = new Promise((resolve) => {
      socket.once('end', () => resolve('fin'));
      socket.once('error', () => resolve('reset'));
    });
    socket.resume();
  }

  static async open({ ca, host, port, url }: ReceiverAddress): Promise<Connection> {
    const isSecure = url.startsWith('tls:');
    const plain = connect({ host, port, allowHalfOpen: true });
    const trust = ca === undefined ? {} : { ca };
    const socket = isSecure ? connectSecurely({ ...trust, host, socket: plain }) : plain;
    socket.once('close', () => plain.destroy());
    await once(socket, isSecure ? 'secureConnect' : 'connect');
    return new Connection(socket);
  }

  /** Resolves once the kernel has it. */
  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.socket.write(bytes, () => resolve());
    });
  }

  end(bytes = ''): this {
    this.socket.end(bytes);
    return this;
  }

  async gone(): Promise<void> {
    if (!this.socket.closed) await once(this.socket, 'close');
  }

  [Symbol.dispose](): void {
    this.socket.on('error', () => {});
    this.socket.destroy();
  }
}
