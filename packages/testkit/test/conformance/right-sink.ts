import { request } from 'node:http';
import type { Readable } from 'node:stream';
import type { Batch, ContainerRecord, Sink, SinkContext, SinkDefinition } from '@tallyman/sdk';
import { httpHarness } from '@tallyman/testkit/conformance';

interface RightOptions {
  readonly url: string;
}

/** A destination's answer, as far as the sinks here are concerned with it. */
interface Reply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/** What a wrong sink does otherwise, each a part of the right one. */
export interface Parts {
  readonly definition?: Partial<Omit<SinkDefinition, 'create'>>;
  /** Wraps the sink, which does everything right. */
  readonly wrong?: (sink: Required<Sink>, facts: Facts) => Sink;
  /** Instead of the error that belongs to a reply. */
  readonly errorFor?: (error: Error, reply: Reply, facts: Facts) => unknown;
}

export interface Facts {
  readonly options: RightOptions;
  readonly context: SinkContext;
  readonly post: (body: string, headers: Headers, signal: AbortSignal) => Promise<Reply>;
}

type Headers = Readonly<Record<string, string>>;

/** Posts JSON lines, does as the contract says, and is wrong in what it is told to be wrong in. */
export function sinkWith({ definition = {}, wrong, errorFor }: Parts = {}): SinkDefinition {
  return {
    type: 'lines',
    summary: 'Posts records as JSON lines.',
    stability: 'stable',
    contract: 1,
    accepts: ['log', 'stat', 'event'],
    token: 'required',
    options: {
      type: 'object',
      properties: {
        url: { type: 'string', format: 'uri', description: 'Where to.' },
        pause: { type: 'string', format: 'duration', default: '1s', description: 'How long.' },
      },
      required: ['url'],
    },
    ...definition,
    create: (options, context) => {
      const facts = { options: options as RightOptions, context, post };
      const right = rightSink(facts, errorFor ?? ((error) => error));
      return wrong === undefined ? right : wrong(right, facts);
      function post(body: string, headers: Headers, signal: AbortSignal): Promise<Reply> {
        return replyTo((options as RightOptions).url, body, headers, signal);
      }
    },
  };
}

/** The harness of all sinks here. */
const token = 'quay-side/token+1';

export const harness = httpHarness({
  options: (url) => ({ url }),
  invalidOptions: [{}, { url: 'nowhere' }, { url: 'http://x', pause: 'long' }],
  token,
  partial: (refused) => ({
    status: 207,
    body: { refused: refused.map(({ record }) => record.id) },
  }),
});

function rightSink(
  { context, post }: Facts,
  errorFor: NonNullable<Parts['errorFor']>,
): Required<Sink> {
  const { sdk } = context;
  const send = async (doing: string, batch: Batch, signal: AbortSignal): Promise<void> => {
    const secret = context.token('log')?.reveal() ?? '';
    const body = batch.records.map((record) => `${JSON.stringify(record)}\n`).join('');
    const reply = await post(body, { authorization: `Bearer ${secret}` }, signal).catch((cause) => {
      throw sdk.retryable(`${doing}: ${String(cause)}`, { cause });
    });
    const error = failureFrom(doing, reply, batch.records, context);
    if (error === undefined) return;
    context.log.warn({ status: reply.status }, 'The destination refused records.');
    throw errorFor(error, reply, factsOf(context, post));
  };
  return {
    open: async (signal) =>
      await send('saying hello', { id: 'hello', records: [], attempt: 1 }, signal),
    write: async (batch, signal) =>
      await send(`posting ${batch.records.length} records`, batch, signal),
    close: async () => {},
  };
}

function factsOf(context: SinkContext, post: Facts['post']): Facts {
  return { options: { url: '' }, context, post };
}

function failureFrom(
  doing: string,
  { status, retryAfter, body }: Reply,
  records: readonly ContainerRecord[],
  { sdk, clock }: SinkContext,
): Error | undefined {
  if (status === 207) return sdk.partial({ drop: dropsIn(body, records) });
  if (status < 300) return undefined;
  const message = `${doing}: HTTP ${status}`;
  if (status < 500 && ![401, 403, 429].includes(status)) return sdk.permanent(message, { status });
  const seconds = Number(retryAfter);
  const retryAfterMs = Number.isNaN(seconds)
    ? Date.parse(retryAfter ?? '') - clock.now()
    : seconds * 1_000;
  return sdk.retryable(message, { status, ...(retryAfter !== undefined && { retryAfterMs }) });
}

function dropsIn(body: string, records: readonly ContainerRecord[]) {
  const { refused }: { refused: readonly string[] } = JSON.parse(body);
  return records.flatMap(({ id }, index) =>
    refused.includes(id) ? [{ index, reason: 'not wanted' }] : [],
  );
}

function replyTo(url: string, body: string, headers: Headers, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent: false, headers, signal }, (response) => {
      textOf(response).then((text) => {
        const retryAfter = response.headers['retry-after'];
        resolve({ status: response.statusCode ?? 0, retryAfter, body: text });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
