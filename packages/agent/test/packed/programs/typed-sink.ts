/** A sink in strict TypeScript, as a third party writes it against the packed SDK. */
import {
  type Batch,
  defineSink,
  encodeJsonLines,
  type OptionsOf,
  permanent,
  type RecordOf,
  retryable,
  type Sink,
  type SinkContext,
} from '@tallyman/sdk';

const options = {
  type: 'object',
  properties: {
    url: { type: 'string', format: 'uri', description: 'Where records are posted to.' },
    pause: { type: 'string', format: 'duration', default: '1s', description: 'After a 503.' },
  },
  required: ['url'],
} as const;

type AcmeOptions = OptionsOf<typeof options>;

class AcmeSink implements Sink<RecordOf<'log' | 'event'>> {
  readonly #url: string;
  readonly #pauseMs: number;
  readonly #authorization: string;

  constructor({ url, pause }: AcmeOptions, context: SinkContext) {
    this.#url = url;
    this.#pauseMs = pause;
    this.#authorization = `Bearer ${context.token('log')?.reveal() ?? ''}`;
  }

  async write(batch: Batch<RecordOf<'log' | 'event'>>, signal: AbortSignal): Promise<void> {
    const { status } = await fetch(this.#url, {
      method: 'POST',
      headers: { authorization: this.#authorization },
      body: encodeJsonLines(batch),
      signal,
    });
    const doing = `posting ${batch.records.length} records: HTTP ${status}`;
    if (status === 503) throw retryable(doing, { status, retryAfterMs: this.#pauseMs });
    if (status >= 400) throw permanent(doing, { status });
  }
}

export default defineSink({
  type: 'acme',
  summary: 'Posts records to Acme.',
  stability: 'beta',
  contract: 1,
  accepts: ['log', 'event'],
  token: 'required',
  options,
  create: (given, context) => new AcmeSink(given, context),
});
