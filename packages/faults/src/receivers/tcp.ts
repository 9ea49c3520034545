import { createServer, type Socket } from 'node:net';
import { systemClock } from '@tallyman/sdk';
import type { Delivery, ReceiptBook } from '../ledger/received.ts';
import { type Active, Faulty, garbage } from './faulty.ts';
import { LineCutter } from './line-cutter.ts';

interface Connection {
  readonly number: number;
  readonly cutter: LineCutter;
  /** Lines that are still read before the connection is closed; without: all. */
  left?: number;
}

/** The other end of the sink `logentries`: reads `TOKEN RECORD` lines, and ends a connection after its peer. */
export class TcpLedgerServer extends Faulty {
  readonly #connections = new Map<Socket, Connection>();

  constructor(book: ReceiptBook) {
    super(createServer({ allowHalfOpen: true }), book);
  }

  protected override serve(socket: Socket): void {
    const number = this.book.open(systemClock.now());
    const connection: Connection = { number, cutter: new LineCutter() };
    this.#connections.set(socket, connection);
    socket.on('data', (bytes: Buffer) => this.#read(socket, connection, bytes));
    socket.once('end', () => this.#answer(socket, connection));
    socket.once('close', () => {
      this.#connections.delete(socket);
      this.#end(connection, 'broken');
    });
    if (this.active) this.strike(socket, this.active);
  }

  protected override strike(socket: Socket, active: Active): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined || active.fault === 'refuse') return;
    if (active.fault === 'close') {
      connection.left = active.lines;
      return;
    }
    this.#upon(socket, connection, active);
    if (active.fault === 'stall') socket.pause();
    if (active.fault === 'down') socket.resetAndDestroy();
  }

  protected override wake(socket: Socket): void {
    socket.resume();
  }

  #read(socket: Socket, connection: Connection, bytes: Buffer): void {
    if (this.active?.fault === 'garbage') socket.write(garbage);
    const isReset = connection.number % 2 === 0;
    let isOver = false;
    connection.cutter.cut(bytes, (line) => {
      const blank = line.indexOf(' ');
      this.book.take(line.slice(blank + 1), connection.number);
      isOver ||= connection.left !== undefined && --connection.left <= 0;
      // A FIN says that all was read, where nothing more is on its way: what was read is not thrown away then.
      return !(isOver && isReset);
    });
    if (isOver) this.#breakOff(socket, connection, isReset);
  }

  /** In the midst of what is sent: every other time with a FIN, otherwise with a reset. */
  #breakOff(socket: Socket, connection: Connection, isReset: boolean): void {
    if (this.active) this.#upon(socket, connection, this.active);
    socket.removeAllListeners('data');
    this.#end(connection, 'broken');
    if (isReset) socket.resetAndDestroy();
    else socket.destroy();
  }

  #answer(socket: Socket, connection: Connection): void {
    const { active } = this;
    if (active?.fault === 'garbage') {
      this.#upon(socket, connection, active);
      this.#end(connection, 'refused');
      socket.write(garbage);
      socket.resetAndDestroy();
      return;
    }
    this.#end(connection, 'answered');
    socket.end();
  }

  #upon(socket: Socket, connection: Connection, active: Active): void {
    this.affected.add(socket);
    this.mark(connection.number, active);
  }

  #end({ number }: Connection, outcome: Delivery['outcome']): void {
    const delivery = this.book.deliveries[number];
    if (delivery?.outcome !== 'open') return;
    delivery.outcome = outcome;
    delivery.endedAt = systemClock.now();
  }
}
