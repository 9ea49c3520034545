import {
  type Clock,
  isSinkError,
  type RecordKind,
  Secret,
  type Sink,
  type SinkError,
  systemClock,
} from '@tallyman/sdk';
import {
  LibratoReceiver,
  observedContext,
  type LibratoOptions as ReceiverOptions,
  type ReceiverSettings,
} from '@tallyman/testkit';
import definition, { type LibratoOptions } from '../src/index.ts';
import type { LibratoRecord } from './records.ts';

export const never = new AbortController().signal;

export const email = 'tally@quay.io';
export const tokens = {
  stat: 'stats-token-5e7a',
  log: 'logs-token-91c0',
  event: 'events-token-33d2',
};

type Tokens = Readonly<Partial<Record<RecordKind, string>>>;

export interface Surroundings {
  readonly tokens?: Tokens;
  readonly clock?: Clock;
  /** AppOptics has no accounts. Default {@link email}. */
  readonly account?: 'none';
}

/** A sink with what it counted and said. */
export interface SinkUnderTest extends AsyncDisposable {
  readonly sink: Sink<LibratoRecord> & { open(signal: AbortSignal): Promise<void> };
  readonly counts: Readonly<Record<string, number>>;
  readonly said: readonly string[];
}

/** The sink with the options given, and the schema's defaults for all others. */
export function sinkFor(
  url: string,
  options: Partial<LibratoOptions> = {},
  { tokens: given = tokens, clock = systemClock, account }: Surroundings = {},
): SinkUnderTest {
  const { context, seen } = observedContext({
    name: 'metrics',
    token: (kind) => {
      const text = given[kind];
      return text === undefined ? undefined : new Secret(text);
    },
    clock,
  });
  const sink = definition.create(
    { ...defaults, ...(account !== 'none' && { email }), url, ...options },
    context,
  );
  const open = (signal: AbortSignal) => sink.open?.(signal) ?? Promise.resolve();
  return {
    sink: { open, write: (batch, signal) => sink.write(batch, signal) },
    counts: seen.counts,
    get said() {
      return seen.said.map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`);
    },
    [Symbol.asyncDispose]: async () => sink.close?.(never),
  };
}

const { properties } = definition.options;

/** As the agent hands them over. */
const defaults: LibratoOptions = {
  url: properties.url.default,
  naming: properties.naming.default,
  prefix: properties.prefix.default,
  period: 10_000,
  max_age: 7_200_000,
  tags: properties.tags.default,
  annotations: properties.annotations.default,
};

/** A receiver that knows {@link tokens}. */
export function receiverWith(
  options: Partial<ReceiverOptions> = {},
  settings: ReceiverSettings = {},
): Promise<LibratoReceiver> {
  const known = Object.values(tokens).map((token) => ({ token, email }));
  return LibratoReceiver.start({ tokens: known, plainHttp: 'allowed', ...options }, settings);
}

/** What a write or an opening rejects with. */
export async function rejectionOf(promise: Promise<void>): Promise<SinkError> {
  return await promise.then(
    () => {
      throw new Error('it did not reject');
    },
    (error: unknown) => {
      if (isSinkError(error)) return error;
      throw error;
    },
  );
}
