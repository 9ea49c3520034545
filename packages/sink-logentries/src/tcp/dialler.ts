import { writeSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Clock } from '@tallyman/sdk';
import type { Destination } from '../destination.ts';
import { diallingError } from './dialling-error.ts';
import { leastRoundTrip } from './round-trip.ts';

/** An open connection. Whoever takes it over listens to `socket`; its errors are never unhandled. */
export interface Wire {
  /** What is written to: plain or TLS. */
  readonly socket: Socket;
  /** A round trip takes no less. */
  readonly roundTripMs: number;
  /** How long after our FIN an answer may come before the FIN itself is acknowledged. */
  readonly leewayMs: number;
  /** Whether the peer's kernel has yet to acknowledge something of ours, be it the FIN. */
  isUnacknowledged(): boolean;
  /** Once both sides are closed, and in the moment in which that was heard: whether the peer reset the connection. */
  wasReset(): boolean;
  /** Closes at once; what the peer has not been sent yet is thrown away. */
  hangUp(): void;
}

const connectLimitMs = 10_000;
// The service, or something before it, forgets connections that are silent for a minute or more.
const keepAliveMs = 30_000;
// TLS says goodbye in its own words just before the FIN, and those may be answered first.
const secureLeewayMs = 5;

/** Opens connections to one destination. TLS is verified before one is handed out. */
export class Dialler {
  readonly #destination: Destination;
  readonly #clock: Clock;
  #secureContext: SecureContext | undefined;
  /** Of the latest connection: resuming it spares both sides the greater part of the handshake. */
  #session: Buffer | undefined;

  constructor(destination: Destination, clock: Clock) {
    this.#destination = destination;
    this.#clock = clock;
  }

  /** Rejects with a `SinkError` that says what to do, or with the signal's reason; then nothing is left open. */
  async dial(signal: AbortSignal): Promise<Wire> {
    signal.throwIfAborted();
    const { host, port, tls } = this.#destination;
    const raw = connect({
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
    });
    raw.on('error', ignored);
    const roundTripMs = leastRoundTrip(raw, this.#clock);
    const socket = tls ? this.#secured(raw) : raw;
    socket.on('error', ignored);
    try {
      await this.#opened(socket, tls ? 'secureConnect' : 'connect', signal);
    } catch (error) {
      raw.destroy();
      socket.destroy();
      if (signal.aborted) throw signal.reason;
      throw diallingError(error, this.#destination);
    }
    return {
      socket,
      roundTripMs: roundTripMs(),
      leewayMs: tls ? roundTripMs() + secureLeewayMs : 0,
      // A socket has a peer until both FINs are acknowledged or it is reset (getpeername(2): ENOTCONN). Node
      // remembers the first answer: nothing may ask before.
      isUnacknowledged: () => raw.remoteAddress !== undefined,
      wasReset: () => raw.remoteAddress === undefined && wasReset(raw),
      hangUp: () => hangUp(raw, socket),
    };
  }

  #secured(raw: Socket): Socket {
    const { host, ca } = this.#destination;
    // Only where it is spoken: it weighs 6 MiB.
    const {
      connect: secure,
      createSecureContext,
      getCACertificates,
    } = process.getBuiltinModule('node:tls');
    this.#secureContext ??= createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca !== undefined && { ca: [...getCACertificates(), ca] }),
    });
    const socket = secure({
      socket: raw,
      host,
      // An address is no name to ask for (RFC 6066, section 3), but the certificate must be one for it.
      ...(isIP(host) === 0 && { servername: host }),
      secureContext: this.#secureContext,
      ...(this.#session && { session: this.#session }),
    });
    socket.on('session', (session) => {
      this.#session = session;
    });
    return socket;
  }

  #opened(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => reject(signal.reason);
    const hungUp = Object.assign(new Error('the peer hung up'), { code: 'ECONNRESET' });
    const onClose = () => reject(hungUp);
    const tooLong = new Error(`no answer within ${connectLimitMs} ms`);
    const cancel = this.#clock.after(connectLimitMs, () => reject(tooLong));
    socket
      .once(event, () => resolve())
      .once('error', reject)
      .once('end', onClose);
    socket.once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    return promise.finally(() => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      socket.off('error', reject).off('end', onClose).off('close', onClose);
    });
  }
}

function ignored(): void {}

/**
 * A reader that has been told of a FIN hears nothing of a reset behind it: Linux answers him with the end of the file
 * for ever. A writer is told (tcp(7)), ECONNRESET; or else EPIPE, as his side is closed too, so that the byte is never
 * sent. Where Node does not give the descriptor, nothing is known of a reset.
 */
function wasReset(raw: Socket): boolean {
  const { fd } = (raw as { readonly _handle?: { readonly fd?: number } })._handle ?? {};
  if (fd === undefined || fd < 0) return false;
  try {
    writeSync(fd, '\n');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNRESET';
  }
}

function hangUp(raw: Socket, socket: Socket): void {
  if (raw.destroyed) return;
  // Without a reset the kernel would go on sending what it holds, behind the back of the next attempt.
  raw.resetAndDestroy();
  socket.destroy();
}
