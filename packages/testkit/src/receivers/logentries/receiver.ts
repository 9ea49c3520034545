import type { ReceiverSettings } from '../receiver.ts';
import { LineReceiver } from '../tcp/line-receiver.ts';
import type { TcpCounts } from '../tcp/steps.ts';
import { LogentriesBook } from './book.ts';
import { judgeLine } from './rules.ts';
import type { LogentriesLedger, LogentriesOptions, LogentriesTally } from './types.ts';

/** The token protocol: it never says a word (wire contract 2.3), so what it refuses is in the ledger only. */
export class LogentriesReceiver extends LineReceiver<
  LogentriesLedger,
  TcpCounts & LogentriesTally
> {
  readonly #book: LogentriesBook;

  private constructor(options: LogentriesOptions, settings: ReceiverSettings) {
    super(options, settings);
    this.#book = new LogentriesBook(options);
  }

  static async start(
    options: LogentriesOptions = {},
    settings: ReceiverSettings = {},
  ): Promise<LogentriesReceiver> {
    const receiver = new LogentriesReceiver(options, settings);
    await receiver.listen();
    return receiver;
  }

  override ledger(): LogentriesLedger {
    return this.#book.ledger();
  }

  override counts(): TcpCounts & LogentriesTally {
    return { ...this.tcpCounts(this.#book.notKept), ...this.#book.tally };
  }

  override clear(): void {
    this.#book.clear();
    this.clearTally();
  }

  protected override takeLine(line: Buffer, connection: number): void {
    // 2.2: several tokens may share one connection, so each line is judged by itself.
    this.#book.enter(judgeLine(line), line, connection, this.clock.now());
  }

  protected override takeTail(tail: Buffer, connection: number): void {
    this.#book.enterTail(tail, connection);
  }
}
