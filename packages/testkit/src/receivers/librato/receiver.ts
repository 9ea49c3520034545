import type { HttpAnswer } from '../http/answering.ts';
import { type Exchange, RequestReceiver } from '../http/request-receiver.ts';
import type { HttpStep } from '../http/steps.ts';
import type { ReceiverSettings } from '../receiver.ts';
import { LibratoBook } from './book.ts';
import { LibratoService } from './service.ts';
import type { LibratoCounts, LibratoLedger, LibratoOptions, LibratoStep } from './types.ts';

/** Librato and AppOptics by the wire contract, section 1: both APIs for measurements, and annotations. */
export class LibratoReceiver extends RequestReceiver<LibratoStep, LibratoLedger, LibratoCounts> {
  readonly #book: LibratoBook;
  readonly #service: LibratoService;

  private constructor(options: LibratoOptions, settings: ReceiverSettings) {
    super(options, settings);
    this.#book = new LibratoBook(options.ledgerBytes);
    this.#service = new LibratoService(options, this.#book);
  }

  static async start(
    options: LibratoOptions,
    settings: ReceiverSettings = {},
  ): Promise<LibratoReceiver> {
    const receiver = new LibratoReceiver(options, settings);
    await receiver.listen();
    return receiver;
  }

  override ledger(): LibratoLedger {
    return { requests: this.requests(), ...this.#book.lists };
  }

  override counts(): LibratoCounts {
    const counts = this.httpCounts();
    return { ...counts, ...this.#book.tally, notKept: counts.notKept + this.#book.notKept };
  }

  override clear(): void {
    this.#book.clear();
    this.clearRequests();
  }

  protected override accept(exchange: Exchange<LibratoStep>): HttpAnswer {
    return this.#service.answer(exchange);
  }

  protected override plainStep(step: LibratoStep): HttpStep {
    return typeof step === 'object' && 'partial' in step ? 'ok' : step;
  }
}
