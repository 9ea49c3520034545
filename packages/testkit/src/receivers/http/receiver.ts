import type { ReceiverOptions, ReceiverSettings } from '../receiver.ts';
import { emptyAnswer, type HttpAnswer } from './answering.ts';
import { RequestReceiver } from './request-receiver.ts';
import type { HttpCounts, HttpScript, HttpStep, ReceivedRequest } from './steps.ts';

/** Accepts whatever is sent, and answers as told. */
export class HttpReceiver extends RequestReceiver<
  HttpStep,
  readonly ReceivedRequest[],
  HttpCounts
> {
  #script: HttpScript | undefined;

  static async start(
    options: ReceiverOptions = {},
    settings: ReceiverSettings = {},
  ): Promise<HttpReceiver> {
    const receiver = new HttpReceiver(options, settings);
    await receiver.listen();
    return receiver;
  }

  /** Asks the function from now on, until there is a script again. */
  scriptWith(script: HttpScript): void {
    this.#script = script;
  }

  override script(steps: readonly HttpStep[]): void {
    this.#script = undefined;
    super.script(steps);
  }

  override ledger(): readonly ReceivedRequest[] {
    return this.requests();
  }

  override counts(): HttpCounts {
    return this.httpCounts();
  }

  override clear(): void {
    this.clearRequests();
  }

  protected override accept(): HttpAnswer {
    return emptyAnswer;
  }

  protected override plainStep(step: HttpStep): HttpStep {
    return step;
  }

  protected override stepFor(request: ReceivedRequest): HttpStep | undefined {
    return this.#script?.(request);
  }
}
