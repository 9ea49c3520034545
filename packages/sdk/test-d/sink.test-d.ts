/** Compiles, or a promise to sink authors is broken: each @ts-expect-error has to be one. */
import {
  type ContainerRecord,
  defineSink,
  type RecordOf,
  type Secret,
  type SinkDefinition,
} from '@tallyman/sdk';

const common = { summary: 's', stability: 'beta', contract: 1, token: 'none' } as const;
const noOptions = { type: 'object', properties: {} } as const;

const logOnly = defineSink({
  ...common,
  type: 'log-only',
  accepts: ['log'],
  options: noOptions,
  create: () => ({
    write: async ({ records }) => {
      for (const record of records) {
        record.message satisfies string;
        // @ts-expect-error: a sink that accepts logs gets no stats
        void record.cpu;
        // @ts-expect-error: records are read-only
        record.message = '';
      }
      // @ts-expect-error: a batch is read-only
      records.push();
    },
  }),
});

const logsAndEvents = defineSink({
  ...common,
  type: 'logs-and-events',
  accepts: ['log', 'event'],
  options: noOptions,
  create: () => ({
    write: async ({ records }) => {
      for (const record of records) {
        record satisfies RecordOf<'log' | 'event'>;
        // @ts-expect-error: not before the kind is known
        void record.message;
        // @ts-expect-error: an event about the host has no container
        if (record.kind === 'event') void record.container.name;
        if (record.kind === 'log') record.container.name satisfies string;
        // @ts-expect-error: stats never come
        if (record.kind === 'stat') return;
      }
    },
  }),
});

const withOptions = defineSink({
  ...common,
  type: 'with-options',
  accepts: ['log', 'stat', 'event'],
  options: {
    type: 'object',
    properties: {
      url: { type: 'string', format: 'uri' },
      mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
    },
    required: ['url'],
  },
  needs: ({ mode }) => (mode === 'a' ? ['rawStats'] : []),
  create: ({ url, mode }, context) => {
    url satisfies string;
    mode satisfies 'a' | 'b';
    const secret: Secret | undefined = context.token('log');
    // @ts-expect-error: a Secret is not a string
    const text: string = secret;
    // @ts-expect-error: there is no kind "logs"
    context.token('logs');
    return { write: async () => void text };
  },
});

// Every definition is a SinkDefinition, whatever its options and kinds.
export const catalogue: readonly SinkDefinition[] = [logOnly, logsAndEvents, withOptions];

defineSink({
  ...common,
  type: 'wrong',
  // @ts-expect-error: there is no kind "logs"
  accepts: ['logs'],
  options: noOptions,
  create: () => ({ write: async () => {} }),
});

defineSink({
  ...common,
  type: 'wrong',
  accepts: ['log'],
  // @ts-expect-error: the root of the options is an object
  options: { type: 'string' },
  create: () => ({ write: async () => {} }),
});

/** A switch over the kinds can be exhaustive. */
export function kindOf(record: ContainerRecord): string {
  switch (record.kind) {
    case 'log':
      return record.stream;
    case 'stat':
      return record.state.status;
    case 'event':
      return record.action;
  }
}
