import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { certificateFor } from '../certificate.ts';
import { defaultLedgerBytes, Kept } from '../kept.ts';
import type { ReceiverOptions, ReceiverSettings } from '../receiver.ts';
import { ScriptedReceiver } from '../scripted.ts';
import { answerOf, emptyAnswer, type HttpAnswer, sendAnswer } from './answering.ts';
import { detailOf, isAccepting } from './behaviour.ts';
import { fail } from './failing.ts';
import { type BodyRead, readBody } from './reading.ts';
import type { HttpCounts, HttpFault, HttpStep, ReceivedRequest } from './steps.ts';

/** A request with its bytes, for the receiver's own judgement. */
export interface Exchange<Step> {
  readonly request: ReceivedRequest;
  readonly body: Buffer;
  readonly step: Step;
}

type Recorded = { -readonly [Key in keyof ReceivedRequest]: ReceivedRequest[Key] };

/** Whatever answers requests; its own answers are for those who extend it to give. */
export abstract class RequestReceiver<
  Step,
  Ledger,
  Counts extends HttpCounts,
> extends ScriptedReceiver<HttpStep | Step, Ledger, Counts> {
  readonly #requests: Kept<ReceivedRequest>;
  readonly #statuses = new Map<string, number>();
  #read = 0;
  #readBefore = 0;
  #bodyBytes = 0;
  #abandoned = 0;

  protected constructor(options: ReceiverOptions, settings: ReceiverSettings) {
    const certificate = certificateFor(options);
    const server: Server = certificate ? createHttpsServer({ ...certificate }) : createServer();
    const schemes = { plain: 'http', tls: 'https' };
    super('ok', options, { ...settings, server, certificate, schemes });
    this.#requests = new Kept(options.ledgerBytes ?? defaultLedgerBytes);
    // Slow and silent clients are the test's business, not the server's.
    server.requestTimeout = 0;
    server.headersTimeout = 0;
    server.keepAliveTimeout = this.holdMs;
    server.on('request', (request, response) => {
      void this.#exchange(request, response);
    });
  }

  /** Judges and accepts what was sent. */
  protected abstract accept(exchange: Exchange<HttpStep | Step>): HttpAnswer;
  /** The step as HTTP knows it. */
  protected abstract plainStep(step: HttpStep | Step): HttpStep;

  override script(steps: readonly (HttpStep | Step)[]): void {
    // So that a slip in a script is told where it was written.
    for (const step of steps) detailOf(this.plainStep(step));
    super.script(steps);
  }

  override always(step: HttpStep | Step): void {
    detailOf(this.plainStep(step));
    super.always(step);
  }

  protected requests(): readonly ReceivedRequest[] {
    return this.#requests.list();
  }

  protected httpCounts(): HttpCounts {
    const { connections, openConnections } = this.listener;
    return {
      connections,
      openConnections,
      requests: this.#read - this.#readBefore,
      bodyBytes: this.#bodyBytes,
      abandoned: this.#abandoned,
      notKept: this.#requests.notKept,
      statuses: Object.fromEntries(this.#statuses),
    };
  }

  protected clearRequests(): void {
    this.#requests.clear();
    this.#statuses.clear();
    this.#readBefore = this.#read;
    this.#bodyBytes = 0;
    this.#abandoned = 0;
    this.listener.forgetCounts();
  }

  /** The step of a request whose script is a function; asked once the body is there. */
  protected stepFor(_request: ReceivedRequest): HttpStep | Step | undefined {
    return undefined;
  }

  async #exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) this.#abandoned++;
      gone.abort(new Error('the connection ended'));
    });
    request.on('error', () => {});
    response.on('error', () => {});
    const headMs = this.clock.now();
    const scripted = this.steps.next();
    const early = detailOf(this.plainStep(scripted));
    if (early.fault === 'reset-early') {
      this.listener.reset(request.socket);
      return;
    }
    try {
      const { signal } = gone;
      const read = await readBody(request, early.readBytesPerSecond, this.clock, signal);
      const recorded = this.#record(request, read, headMs);
      const step = this.stepFor(recorded) ?? scripted;
      await this.#answer({ recorded, read, step, response, signal });
    } catch {
      // Counted as abandoned when the response closed, if it was the client's doing.
      request.socket.destroy();
    }
  }

  async #answer({ recorded, read, step, response, signal }: Turn<HttpStep | Step>): Promise<void> {
    const detail = detailOf(this.plainStep(step));
    const exchange = { request: recorded, body: read.body, step };
    const judge = () => this.#judge(exchange, read.problem);
    const first = detail.accept === 'first' ? judge() : undefined;
    if (detail.delayMs !== undefined) await this.clock.sleep(detail.delayMs, signal);
    const own = first ?? (isAccepting(detail) ? judge() : emptyAnswer);
    const answer = answerOf(detail, own, this.clock.now());
    if (detail.fault === undefined) {
      recorded.status = answer.status;
      const status = String(answer.status);
      this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
      sendAnswer(response, answer);
    } else await this.#fail(response, detail.fault, answer, signal);
  }

  #judge(exchange: Exchange<HttpStep | Step>, problem: BodyRead['problem']): HttpAnswer {
    return problem
      ? { status: problem.status, body: { message: problem.message } }
      : this.accept(exchange);
  }

  async #fail(
    response: ServerResponse,
    fault: HttpFault,
    answer: HttpAnswer,
    signal: AbortSignal,
  ): Promise<void> {
    const { socket } = response;
    if (!socket) return;
    const stays = fail(response, fault, answer, () => this.listener.reset(socket));
    if (stays === 'over') return;
    await this.clock.sleep(this.holdMs, signal);
    socket.destroy();
  }

  #record(request: IncomingMessage, read: BodyRead, timeMs: number): Recorded {
    const recorded: Recorded = {
      number: ++this.#read,
      connection: this.listener.numberOf(request.socket),
      method: request.method ?? '',
      path: request.url ?? '',
      headers: flat(request),
      body: read.body.toString('utf8'),
      bodyBytes: read.wireBytes,
      timeMs,
      readMs: this.clock.now(),
    };
    this.#bodyBytes += read.wireBytes;
    this.#requests.add(recorded, recorded.body.length + recorded.path.length);
    return recorded;
  }
}

interface Turn<Step> {
  readonly recorded: Recorded;
  readonly read: BodyRead;
  readonly step: Step;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

function flat(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values = []] of Object.entries(request.headersDistinct))
    headers[name] = values.join(', ');
  return headers;
}
