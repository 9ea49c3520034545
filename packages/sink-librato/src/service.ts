import {
  createHttpClient,
  type HttpAuth,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  userAgentOf,
} from '@tallyman/http-kit';
import type { RecordKind, Secret, SinkContext } from '@tallyman/sdk';
import type { Annotation } from './annotation.ts';
import { payloadOf } from './payload.ts';
import type { Point } from './point.ts';
import type { LibratoSettings } from './settings.ts';

const retired =
  'the public Librato and AppOptics services were retired on 2026-01-31; set options.url to a compatible endpoint, or send to SolarWinds Observability or another backend by OTLP';

const publicHosts = /(^|\.)(librato|appoptics)\.com$/;

type Content = Pick<HttpRequest, 'doing' | 'path' | 'body' | 'compression'>;

/** The requests of the API, each with the token of what it carries. */
export class Service {
  readonly #settings: LibratoSettings;
  readonly #context: SinkContext;
  readonly #client: HttpClient;

  constructor(settings: LibratoSettings, context: SinkContext) {
    const isPublic = publicHosts.test(new URL(settings.url).hostname);
    this.#settings = settings;
    this.#context = context;
    this.#client = createHttpClient({
      url: settings.url,
      userAgent: userAgentOf({ sink: 'librato', version: context.version }),
      ...(isPublic && { advice: { ENOTFOUND: retired, EAI_AGAIN: retired } }),
    });
  }

  /** The kinds that have a token, of those with an equal one only the first. */
  get tokenKinds(): readonly RecordKind[] {
    const kinds: readonly RecordKind[] = ['stat', 'log', 'event'];
    const texts = kinds.map((kind) => this.#token(kind)?.reveal());
    return kinds.filter((_, at) => texts[at] !== undefined && texts.indexOf(texts[at]) === at);
  }

  /** A request as for points, without any: what is refused about it is its credentials, or its being empty. */
  probe(kind: RecordKind, signal: AbortSignal): Promise<HttpResponse> {
    return this.#post(kind, this.#pointsRequest('posting nothing', []), signal);
  }

  points(
    kind: Point['kind'],
    points: readonly Point[],
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    return this.#post(kind, this.#pointsRequest(`posting ${points.length} points`, points), signal);
  }

  annotation(stream: string, annotation: Annotation, signal: AbortSignal): Promise<HttpResponse> {
    const path = `/v1/annotations/${stream}`;
    const body = JSON.stringify(annotation);
    return this.#post('event', { doing: 'posting an annotation', path, body }, signal);
  }

  close(): void {
    this.#client.close();
  }

  #pointsRequest(doing: string, points: readonly Point[]): Content {
    const { api, gzip } = this.#settings;
    const body = payloadOf(points, this.#settings);
    return { doing, path: `/v1/${api}`, body, compression: gzip ? 'gzip' : 'none' };
  }

  #token(kind: RecordKind): Secret | undefined {
    return this.#context.token(kind);
  }

  async #post(kind: RecordKind, content: Content, signal: AbortSignal): Promise<HttpResponse> {
    const auth = this.#auth(kind);
    const request = { ...content, method: 'POST', ...(auth && { auth }) } as const;
    return await this.#client.send(request, signal);
  }

  #auth(kind: RecordKind): HttpAuth | undefined {
    const token = this.#token(kind);
    const { email } = this.#settings;
    if (token === undefined) return undefined;
    if (email === undefined) return { scheme: 'basic', user: token };
    return { scheme: 'basic', user: email, password: token };
  }
}
