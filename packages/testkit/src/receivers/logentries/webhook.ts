import type { HttpAnswer } from '../http/answering.ts';
import { type Exchange, RequestReceiver } from '../http/request-receiver.ts';
import type { HttpCounts, HttpStep } from '../http/steps.ts';
import type { ReceiverSettings } from '../receiver.ts';
import { LogentriesBook } from './book.ts';
import { isToken, judgeBody } from './rules.ts';
import type { LogentriesLedger, LogentriesOptions, LogentriesTally } from './types.ts';

// Wire contract 2.5: the current path and the old one.
const paths = [/^\/v1\/noformat\/([^/?]+)$/, /^\/noformat\/logs\/([^/?]+)$/];

/** The HTTP alternative to the token protocol (wire contract 2.5): one event a request, 204. */
export class LogentriesWebhook extends RequestReceiver<
  HttpStep,
  LogentriesLedger,
  HttpCounts & LogentriesTally
> {
  readonly #book: LogentriesBook;

  private constructor(options: LogentriesOptions, settings: ReceiverSettings) {
    super(options, settings);
    this.#book = new LogentriesBook(options);
  }

  static async start(
    options: LogentriesOptions = {},
    settings: ReceiverSettings = {},
  ): Promise<LogentriesWebhook> {
    const receiver = new LogentriesWebhook(options, settings);
    await receiver.listen();
    return receiver;
  }

  override ledger(): LogentriesLedger {
    return this.#book.ledger();
  }

  override counts(): HttpCounts & LogentriesTally {
    const counts = this.httpCounts();
    return { ...counts, notKept: this.#book.notKept, ...this.#book.tally };
  }

  override clear(): void {
    this.#book.clear();
    this.clearRequests();
  }

  protected override accept({ request, body }: Exchange<HttpStep>): HttpAnswer {
    const token = tokenIn(request.path);
    // 2.5 names 400, 401, 403, 404 and 413 for what will never be taken.
    if (token === undefined || request.method !== 'POST') return { status: 404 };
    const judged = isToken(token) ? judgeBody(token, body) : ({ rule: 'token' } as const);
    this.#book.enter(judged, body, request.connection, request.readMs);
    if (!('rule' in judged)) return { status: 204 };
    return { status: judged.rule === 'token' ? 404 : 400, body: { message: judged.rule } };
  }

  protected override plainStep(step: HttpStep): HttpStep {
    return step;
  }
}

function tokenIn(path: string): string | undefined {
  for (const pattern of paths) {
    const token = pattern.exec(path)?.[1];
    if (token !== undefined) return token;
  }
  return undefined;
}
