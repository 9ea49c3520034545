import type { AddressInfo, Server, Socket } from 'node:net';
import type { ReceiptBook } from '../ledger/received.ts';
import type { FaultyServer, ReceiverFault } from './orders.ts';

/** The fault that is on. */
export interface Active {
  readonly fault: ReceiverFault;
  readonly number: number;
  /** How many lines a connection is read on before it is closed. */
  readonly lines: number;
}

/** What servers over TCP and HTTP have in common: their place, their sockets, and what befalls these. */
export abstract class Faulty implements FaultyServer {
  protected readonly book: ReceiptBook;
  protected readonly sockets = new Set<Socket>();
  protected active: Active | undefined;
  /** What the fault was put upon: sockets, requests. */
  protected readonly affected = new Set<unknown>();
  readonly #server: Server;
  #port = 0;

  protected constructor(server: Server, book: ReceiptBook) {
    this.#server = server;
    this.book = book;
    server.on('connection', (socket: Socket) => this.#accept(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    return this.#port;
  }

  async fault(fault: ReceiverFault, number: number, lines: number): Promise<void> {
    this.affected.clear();
    this.active = { fault, number, lines };
    if (fault === 'down') this.#server.close();
    for (const socket of this.sockets) this.strike(socket, this.active);
  }

  async clear(): Promise<number> {
    const { active } = this;
    this.active = undefined;
    if (active?.fault === 'down') await this.listen();
    if (active?.fault === 'stall') for (const socket of this.sockets) this.wake(socket);
    return this.affectedCount;
  }

  get affectedCount(): number {
    return this.affected.size;
  }

  /** Ends every connection; listens no more. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** A connection is new, and no fault ended it. */
  protected abstract serve(socket: Socket): void;
  /** A fault begins while the connection is open. */
  protected abstract strike(socket: Socket, active: Active): void;
  /** A stall is over. */
  protected abstract wake(socket: Socket): void;

  /** Notes on a delivery which fault came upon it first. */
  protected mark(delivery: number, active: Active): void {
    const entry = this.book.deliveries[delivery];
    if (entry && entry.fault === undefined) entry.fault = active.number;
  }

  #accept(socket: Socket): void {
    // Whoever reads the connection hears of its errors; here they would only end the process.
    socket.on('error', () => {});
    if (this.active?.fault === 'refuse' || this.active?.fault === 'down') {
      this.affected.add(socket);
      socket.resetAndDestroy();
      return;
    }
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    this.serve(socket);
  }
}

/** Bytes that are no answer in any protocol. */
export const garbage = Buffer.from(Array.from({ length: 512 }, (_, at) => (at * 167 + 13) % 256));
