import { connect, isIP } from 'node:net';
import { finished } from 'node:stream/promises';
import { connect as connectTls } from 'node:tls';
import { encodeJsonLines, recordsOf, retryable } from '@tallyman/sdk';

/** @import { Batch } from '@tallyman/sdk' */

/**
 * Sends records over TCP, a connection for each batch: TCP has no acknowledgement, but a peer that closes its side
 * after we closed ours has read everything. All it throws are delivery errors.
 * @param {{ host: string, port: number, tls: boolean }} options
 */
export function tcpClient({ host, port, tls }) {
  /**
   * @param {string} doing for errors
   * @param {Uint8Array} bytes
   * @param {AbortSignal} signal
   */
  async function deliver(doing, bytes, signal) {
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
    /**
     * Finds out whether the destination is there.
     * @param {AbortSignal} signal
     */
    probe: (signal) => deliver('connecting', Buffer.alloc(0), signal),

    /**
     * @param {Pick<Batch, 'records'>} batch
     * @param {AbortSignal} signal
     * @param {string} [before] what the connection begins with
     */
    async send(batch, signal, before = '') {
      const bytes = Buffer.concat([Buffer.from(before), encodeJsonLines(batch)]);
      await deliver(`sending ${recordsOf(batch).length} records`, bytes, signal);
    },
  };
}
