import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { systemClock } from '@tallyman/sdk';
import type { Delivery, ReceiptBook } from '../ledger/received.ts';
import { type Active, Faulty, garbage } from './faulty.ts';
import { LineCutter } from './line-cutter.ts';

interface Exchange {
  readonly number: number;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly cutter: LineCutter;
  /** Whether what is read is written down. */
  keeps: boolean;
  /** Lines that are still read before the connection is closed; without: all. */
  left?: number;
}

/** The other end of the sink `ledger`: reads records, one a line, from the bodies of requests. */
export class HttpLedgerServer extends Faulty {
  readonly #exchanges = new Map<Socket, Exchange>();

  constructor(book: ReceiptBook) {
    const server = createServer();
    super(server, book);
    server.on('request', (request, response) => this.#receive(request, response));
  }

  protected override serve(): void {}

  protected override strike(socket: Socket, active: Active): void {
    const exchange = this.#exchanges.get(socket);
    if (exchange) this.#put(active, exchange);
    // An idle connection would carry the next request in spite of the fault.
    else if (active.fault === 'down' || active.fault === 'refuse') socket.resetAndDestroy();
  }

  protected override wake(socket: Socket): void {
    this.#exchanges.get(socket)?.request.resume();
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const attempt = Number(request.headers['x-attempt'] ?? 1);
    const number = this.book.open(systemClock.now(), attempt);
    const exchange: Exchange = { number, request, response, cutter: new LineCutter(), keeps: true };
    const { socket } = request;
    this.#exchanges.set(socket, exchange);
    request.on('data', (bytes: Buffer) => this.#read(exchange, bytes));
    request.once('end', () => this.#answer(exchange));
    request.on('error', () => {});
    response.once('close', () => {
      if (this.#exchanges.get(socket) === exchange) this.#exchanges.delete(socket);
      this.#end(exchange, response.writableFinished ? 'answered' : 'broken');
    });
    if (this.active) this.#put(this.active, exchange);
  }

  #put(active: Active, exchange: Exchange): void {
    const { request, response } = exchange;
    if (active.fault === 'refuse') {
      response.shouldKeepAlive = false;
      return;
    }
    if (active.fault === 'close') {
      exchange.left = active.lines;
      return;
    }
    this.#upon(exchange, active);
    if (active.fault === 'down') request.socket.resetAndDestroy();
    if (active.fault === 'stall') request.pause();
    if (['429', '503', 'garbage'].includes(active.fault)) exchange.keeps = false;
  }

  #read(exchange: Exchange, bytes: Buffer): void {
    if (!exchange.keeps) return;
    exchange.cutter.cut(bytes, (line) => {
      this.book.take(line, exchange.number);
      if (exchange.left === undefined || --exchange.left > 0) return true;
      if (this.active) this.#upon(exchange, this.active);
      exchange.keeps = false;
      exchange.request.socket.resetAndDestroy();
      return false;
    });
  }

  #answer(exchange: Exchange): void {
    const { response, request } = exchange;
    const fault = this.book.deliveries[exchange.number]?.fault;
    const active = this.active?.number === fault ? this.active?.fault : undefined;
    // What was not kept must be sent again, also where the fault has ended since.
    if (active === 'garbage') {
      this.#end(exchange, 'refused');
      request.socket.end(garbage);
    } else if (active === '500' || !exchange.keeps) {
      this.#end(exchange, 'refused');
      const status = active === '500' || active === '429' ? Number(active) : 503;
      response.writeHead(status, active === '429' ? { 'retry-after': '1' } : {}).end('no\n');
    } else {
      response.writeHead(204).end();
    }
  }

  #upon({ number, request }: Exchange, active: Active): void {
    this.affected.add(request);
    this.mark(number, active);
  }

  #end({ number }: Exchange, outcome: Delivery['outcome']): void {
    const delivery = this.book.deliveries[number];
    if (delivery?.outcome !== 'open') return;
    delivery.outcome = outcome;
    delivery.endedAt = systemClock.now();
  }
}
