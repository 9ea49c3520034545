import { connect, isIP } from 'node:net';
import { finished } from 'node:stream/promises';
import { connect as connectTls } from 'node:tls';
import { type Batch, encodeJsonLines, recordsOf, retryable } from '@tallyman/sdk';

export interface TcpOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/**
 * Sends records over TCP, a connection for each batch: TCP has no acknowledgement, but a peer that closes its side
 * after we closed ours has read everything. All it throws are delivery errors.
 */
export function tcpClient({ host, port, tls }: TcpOptions) {
  /** `doing` is for errors. */
  async function deliver(doing: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const servername = isIP(host) ? {} : { servername: host };
    const socket = tls ? connectTls({ host, port, ...servername }) : connect({ host, port });
    try {
      socket.once('end', () => {
        if (!socket.writableFinished) socket.destroy(new Error('the peer closed too early'));
      });
      socket.end(bytes);
      // Whatever the peer says is not kept; what counts is how it ends.
      socket.resume();
      await finished(socket, { signal });
    } catch (cause) {
      throw retryable(`${doing} to ${host}:${port}`, { cause });
    } finally {
      socket.destroy();
    }
  }

  return {
    /** Finds out whether the destination is there. */
    probe: (signal: AbortSignal) => deliver('connecting', Buffer.alloc(0), signal),

    /** The connection begins with `before`. */
    async send(batch: Pick<Batch, 'records'>, signal: AbortSignal, before = ''): Promise<void> {
      const bytes = Buffer.concat([Buffer.from(before), encodeJsonLines(batch)]);
      await deliver(`sending ${recordsOf(batch).length} records`, bytes, signal);
    },
  };
}
