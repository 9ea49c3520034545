import { defaultLedgerBytes, Kept } from '../kept.ts';
import type { ReceiverOptions, ReceiverSettings } from '../receiver.ts';
import { LineReceiver } from './line-receiver.ts';
import type { ReceivedLine, ReceivedTail, TcpCounts, TcpLedger } from './steps.ts';

/** Accepts lines, on connections that go wrong as told. */
export class TcpReceiver extends LineReceiver<TcpLedger, TcpCounts> {
  readonly #lines: Kept<ReceivedLine>;
  readonly #tails: Kept<ReceivedTail>;

  private constructor(options: ReceiverOptions, settings: ReceiverSettings) {
    super(options, settings);
    const { ledgerBytes = defaultLedgerBytes } = options;
    this.#lines = new Kept(ledgerBytes);
    this.#tails = new Kept(ledgerBytes);
  }

  static async start(
    options: ReceiverOptions = {},
    settings: ReceiverSettings = {},
  ): Promise<TcpReceiver> {
    const receiver = new TcpReceiver(options, settings);
    await receiver.listen();
    return receiver;
  }

  override ledger(): TcpLedger {
    return { lines: this.#lines.list(), tails: this.#tails.list() };
  }

  override counts(): TcpCounts {
    return this.tcpCounts(this.#lines.notKept + this.#tails.notKept);
  }

  override clear(): void {
    this.#lines.clear();
    this.#tails.clear();
    this.clearTally();
  }

  protected override takeLine(line: Buffer, connection: number): void {
    const received = { connection, line: line.toString('utf8'), timeMs: this.clock.now() };
    this.#lines.add(received, line.length);
  }

  protected override takeTail(tail: Buffer, connection: number): void {
    this.#tails.add({ connection, tail: tail.toString('utf8') }, tail.length);
  }
}
