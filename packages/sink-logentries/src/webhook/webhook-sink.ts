import {
  createHttpClient,
  type HttpClient,
  isSuccess,
  refusalFrom,
  userAgentOf,
} from '@tallyman/http-kit';
import {
  type Batch,
  type ContainerRecord,
  JsonBytes,
  permanent,
  type Sink,
  type SinkContext,
} from '@tallyman/sdk';
import type { WebhookDestination } from '../destination.ts';
import type { Format } from '../format/format.ts';
import { maxEventBytes } from '../framing/framer.ts';
import { untrustedAdvice, untrustedCodes } from '../tcp/dialling-error.ts';
import type { Tokens } from '../tokens.ts';
import { Postings } from './postings.ts';
import { Turns } from './turns.ts';

export interface WebhookSinkSettings {
  readonly destination: WebhookDestination;
  readonly format: Format;
  readonly tokens: Tokens;
}

// One event a request: whether a newline separates events in a body is nowhere documented.
const requestsAtOnce = 8;

/** Posts each event on its own; the status is the acknowledgement. One batch at a time, its events side by side. */
export class WebhookSink implements Sink {
  readonly #settings: WebhookSinkSettings;
  readonly #context: SinkContext;
  readonly #client: HttpClient;
  readonly #turns = new Turns();

  constructor(settings: WebhookSinkSettings, context: SinkContext) {
    const { url, ca } = settings.destination;
    const userAgent = userAgentOf({ sink: 'logentries', version: context.version });
    this.#settings = settings;
    this.#context = context;
    this.#client = createHttpClient({
      url,
      userAgent,
      advice: Object.fromEntries(
        [...untrustedCodes].map((code) => [code, untrustedAdvice(new URL(url).hostname)]),
      ),
      ...(ca !== undefined && { ca }),
    });
  }

  /** Any answer will do: only a request that carries an event would prove its token. */
  async open(signal: AbortSignal): Promise<void> {
    await this.#client.send({ doing: 'saying hello', method: 'GET', path: '/' }, signal);
  }

  async write({ records }: Batch, signal: AbortSignal): Promise<void> {
    await using _ = await this.#turns.take(signal);
    const postings = new Postings(records);
    const workers = Array.from({ length: requestsAtOnce }, () => this.#work(postings, signal));
    await Promise.all(workers);
    const failure = postings.failure();
    if (failure) throw failure;
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #work(postings: Postings, signal: AbortSignal): Promise<void> {
    for (let next = postings.take(); next; next = postings.take()) {
      try {
        await this.#post(next.record, signal);
        postings.accepted(next);
        this.#context.progress();
      } catch (error) {
        postings.refused(next, error);
      }
    }
  }

  async #post(record: ContainerRecord, signal: AbortSignal): Promise<void> {
    const { destination, tokens } = this.#settings;
    const token = tokens[record.kind];
    if (!token) throw permanent(`posting ${record.kind}s: the sink has no token for them`);
    for (const body of this.#eventsOf(record)) {
      const response = await this.#client.send(
        {
          doing: 'posting an event',
          method: 'POST',
          path: [destination.path, token],
          body,
          contentType: 'text/plain; charset=utf-8',
        },
        signal,
      );
      if (!isSuccess(response)) throw refusalFrom(response, { nowMs: this.#context.clock.now() });
    }
  }

  /** The record as one event, or as several where it is too long, as over TCP. */
  #eventsOf(record: ContainerRecord): readonly (Buffer | string)[] {
    const { format } = this.#settings;
    const event = new JsonBytes();
    format.write(record, event);
    return event.length <= maxEventBytes ? [event.view()] : format.pieces(record, maxEventBytes);
  }
}
