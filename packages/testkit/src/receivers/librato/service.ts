import type { HttpAnswer } from '../http/answering.ts';
import type { Exchange } from '../http/request-receiver.ts';
import type { ReceivedRequest } from '../http/steps.ts';
import { mayWrite, ownerOf } from './access.ts';
import { annotationBody, judgeAnnotation } from './annotations.ts';
import { libratoAnswers, libratoErrorBody, summaryAnswer, violationAnswer } from './answers.ts';
import type { LibratoBook } from './book.ts';
import { judgeMeasurements } from './measurements.ts';
import { judgeMetrics, MetricTypes } from './metrics.ts';
import type { JudgedPoint, Judging } from './points.ts';
import { Rates } from './rates.ts';
import { type LibratoRoute, routeOf } from './routes.ts';
import type { LibratoOptions, LibratoPartialStep, LibratoStep, LibratoToken } from './types.ts';
import { judged, Violation } from './violation.ts';

const defaultOldestSeconds = 3 * 3_600;

/** One request on its way through the rules. */
interface Case {
  readonly exchange: Exchange<LibratoStep>;
  readonly owner: LibratoToken;
  readonly route: LibratoRoute;
  readonly body: unknown;
  readonly judging: Judging;
}

/** The service behind the receiver: what it refuses, in the order in which it would, and what it keeps. */
export class LibratoService {
  readonly #options: LibratoOptions;
  readonly #book: LibratoBook;
  readonly #types = new MetricTypes();
  readonly #rates: Rates;
  #annotations = 0;

  constructor(options: LibratoOptions, book: LibratoBook) {
    this.#options = options;
    this.#book = book;
    this.#rates = new Rates(options.rateLimit);
  }

  answer(exchange: Exchange<LibratoStep>): HttpAnswer {
    const now = Math.floor(exchange.request.readMs / 1_000);
    const outcome = judged(() => this.#accept(exchange, now));
    const answer =
      outcome instanceof Violation ? this.#refusal(outcome, exchange.request, now) : outcome;
    // Wire contract 1.5, "Every response will include headers that define the current API limits".
    return { ...answer, headers: { ...answer.headers, ...this.#rates.headers(now) } };
  }

  #accept(exchange: Exchange<LibratoStep>, now: number): HttpAnswer {
    const { request } = exchange;
    this.#demandTls();
    const owner = this.#ownerOf(request);
    const route = routeOf(request);
    demandJson(request);
    if (route.api === 'measurements') demandTags(owner);
    const body = this.#parse(exchange, route);
    const oldest = now - (this.#options.oldestSeconds ?? defaultOldestSeconds);
    const brought = { exchange, owner, route, body, judging: { now, oldest } };
    switch (route.api) {
      case 'metrics':
        return this.#acceptMetrics(brought);
      case 'measurements':
        return this.#acceptMeasurements(brought);
      case 'annotations':
        return this.#acceptAnnotation(brought, route.stream);
    }
  }

  /** 1.1, "auth Librato": HTTPS only. */
  #demandTls(): void {
    if (this.#options.tls !== undefined || this.#options.plainHttp === 'allowed') return;
    const message = 'Please use secured connection through https!';
    throw refused(403, 'request', message);
  }

  /** 1.1, "token roles"; 1.5: 401 for bad credentials or an inactive token. */
  #ownerOf({ headers }: ReceivedRequest): LibratoToken {
    const owner = ownerOf(headers.authorization, this.#options.tokens);
    if (owner && mayWrite(owner)) return owner;
    throw refused(401, 'token', 'Authorization Required');
  }

  #parse({ body, request }: Exchange<LibratoStep>, { api }: LibratoRoute): unknown {
    // 1.5: 400 if unparsable; for measurements it is a 429.
    const status = api === 'measurements' ? 429 : 400;
    // 1.4, "gzip request": only AppOptics is known to take it.
    const { gzip = 'measurements' } = this.#options;
    const takesGzip = gzip === 'everywhere' || gzip === api;
    if (request.headers['content-encoding'] === 'gzip' && !takesGzip)
      throw refused(status, 'request', 'could not be parsed');
    try {
      return JSON.parse(body.toString('utf8'));
    } catch {
      throw refused(status, 'request', 'could not be parsed');
    }
  }

  /** 1.2: all or nothing. */
  #acceptMetrics(brought: Case): HttpAnswer {
    const points = judgeMetrics(brought.body, brought.judging);
    this.#types.check(points);
    this.#keep(brought, 'metrics', points);
    this.#types.learn(points);
    // 1.1: 200, "body not relied on".
    return { status: 200 };
  }

  #acceptMeasurements(brought: Case): HttpAnswer {
    const results = judgeMeasurements(brought.body, brought.judging).map((result, index) =>
      isLeftOut(brought.exchange.step, index, result)
        ? new Violation('name', 'was refused by the script')
        : result,
    );
    const violations = results.filter((result) => result instanceof Violation);
    const { invalidMeasurements = 'whole' } = this.#options;
    const whole = violations.find(
      (each) =>
        each.options.scope === 'request' ||
        (invalidMeasurements === 'whole' && !isScripted(brought.exchange.step)),
    );
    if (whole) throw whole;
    const points = results.flatMap((each) => (each instanceof Violation ? [] : [each]));
    this.#keep(brought, 'measurements', points);
    const answer = summaryAnswer(results.length, violations);
    for (const each of violations) this.#enterRefusal(each, brought.exchange.request, 202);
    return answer;
  }

  /** 1.6: 201, with the place of the new annotation. */
  #acceptAnnotation({ body, exchange, judging, owner }: Case, stream: string): HttpAnswer {
    const { number } = exchange.request;
    const accepted = judgeAnnotation(stream, body, judging.now);
    const id = ++this.#annotations;
    const annotation = { ...accepted, token: owner.token, id, request: number };
    this.#book.enterAnnotation(annotation);
    return {
      status: 201,
      headers: { Location: `/v1/annotations/${encodeURIComponent(stream)}/${id}` },
      body: annotationBody(annotation),
    };
  }

  #keep(brought: Case, api: JudgedPoint['api'], points: readonly JudgedPoint[]): void {
    const { number: request, readMs: timeMs } = brought.exchange.request;
    const { token } = brought.owner;
    // 1.5: 429, and nothing of it was permitted.
    if (!this.#rates.take(points, brought.judging.now)) {
      const answer = libratoAnswers.rateLimitedWithoutHeaders;
      throw new Violation('request', 'is over the limit', { answer });
    }
    const batch = { request, api, measurements: points.length, timeMs };
    const owned = points.map((point) => ({ ...point, token, request }));
    this.#book.enterBatch(batch, owned, brought.exchange.body.length);
  }

  #refusal(violation: Violation, request: ReceivedRequest, now: number): HttpAnswer {
    const answer = violationAnswer(violation, now);
    this.#enterRefusal(violation, request, answer.status);
    return answer;
  }

  #enterRefusal({ message, param }: Violation, request: ReceivedRequest, status: number): void {
    const { number, path } = request;
    this.#book.enterRefusal({ request: number, path, status, param, message });
  }
}

/** 1.1, 1.5: 415 for what is not JSON. The legacy API would also take forms, which nobody here sends. */
function demandJson({ headers }: ReceivedRequest): void {
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? ''))
    throw refused(415, 'request', 'is not JSON');
}

function demandTags({ tags = 'enabled' }: LibratoToken): void {
  const answer = libratoAnswers.tagsNotEnabled;
  if (tags === 'disabled') throw new Violation('request', answer.body.errors[0], { answer });
}

function refused(status: number, param: string, message: string): Violation {
  const answer = { status, body: libratoErrorBody('request-list', message) };
  return new Violation(param, message, { answer });
}

function isScripted(step: LibratoStep): step is LibratoPartialStep {
  return typeof step === 'object' && 'partial' in step;
}

function isLeftOut(step: LibratoStep, index: number, judged: JudgedPoint | Violation): boolean {
  if (!isScripted(step)) return false;
  if (!('tag' in step.partial)) return step.partial.includes(index);
  const { tag, values } = step.partial;
  const value = judged instanceof Violation ? undefined : judged.tags?.[tag];
  return value !== undefined && values.includes(value);
}
