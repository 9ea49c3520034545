import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { certificateFor } from '../certificate.ts';
import type { ReceiverOptions, ReceiverSettings } from '../receiver.ts';
import { ScriptedReceiver } from '../scripted.ts';
import { detailOf, isRefusal } from './behaviour.ts';
import { TcpConnection, type TcpTally } from './connection.ts';
import type { TcpCounts, TcpStep } from './steps.ts';

/** Whatever reads lines from connections; what becomes of them is for those who extend it to say. */
export abstract class LineReceiver<Ledger, Counts> extends ScriptedReceiver<
  TcpStep,
  Ledger,
  Counts
> {
  readonly #tally: TcpTally = emptyTally();
  #tlsFailures = 0;
  #cancelReopening: (() => void) | undefined;

  protected constructor(options: ReceiverOptions, settings: ReceiverSettings) {
    const certificate = certificateFor(options);
    const server = certificate
      ? createTlsServer({ ...certificate })
      : createServer({ allowHalfOpen: true });
    super('ok', options, {
      ...settings,
      server,
      certificate,
      schemes: { plain: 'tcp', tls: 'tls' },
    });
    server.on(certificate ? 'secureConnection' : 'connection', (socket: Socket) => {
      // Not before TLS is there: a client that goes away in the midst of the handshake would stay half open.
      socket.allowHalfOpen = true;
      void this.#serve(socket);
    });
    server.on('tlsClientError', () => {
      this.#tlsFailures++;
    });
  }

  protected abstract takeLine(line: Buffer, connection: number): void;
  protected abstract takeTail(tail: Buffer, connection: number): void;

  override script(steps: readonly TcpStep[]): void {
    super.script(steps);
    this.#refuseIfAhead();
  }

  override async close(): Promise<void> {
    this.#cancelReopening?.();
    await super.close();
  }

  protected tcpCounts(notKept: number): TcpCounts {
    const { connections, openConnections } = this.listener;
    const tlsFailures = this.#tlsFailures;
    return { connections, openConnections, tlsFailures, notKept, ...this.#tally };
  }

  protected clearTally(): void {
    Object.assign(this.#tally, emptyTally());
    this.#tlsFailures = 0;
    this.listener.forgetCounts();
  }

  async #serve(socket: Socket): Promise<void> {
    const number = this.listener.numberOf(socket);
    const step = this.steps.next();
    this.#refuseIfAhead();
    if (isRefusal(step)) {
      this.listener.reset(socket);
      this.#refuseFor(step.refuseForMs);
      return;
    }
    await new TcpConnection(socket, {
      detail: detailOf(step),
      clock: this.clock,
      holdMs: this.holdMs,
      tally: this.#tally,
      reset: (each) => this.listener.reset(each),
      onLine: (line) => this.takeLine(line, number),
      onTail: (tail) => this.takeTail(tail, number),
    }).serve();
  }

  #refuseIfAhead(): void {
    const { ahead } = this.steps;
    if (!isRefusal(ahead)) return;
    this.steps.next();
    this.#refuseFor(ahead.refuseForMs);
  }

  #refuseFor(ms: number): void {
    this.#cancelReopening?.();
    this.listener.refuse();
    this.#cancelReopening = this.clock.after(ms, () => {
      if (!this.closing.aborted) void this.listener.listen().catch(() => {});
    });
  }
}

function emptyTally(): TcpTally {
  return {
    halfCloses: 0,
    fins: 0,
    resets: 0,
    peerResets: 0,
    bytes: 0,
    lines: 0,
    bytesThrownAway: 0,
  };
}
