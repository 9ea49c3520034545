// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
import { defaultBatch } from '@tallyman/core';
import { durationText, sizeText } from './units.ts';

/** Keys that a later version will give a meaning to. Refused, so that nobody relies on their being ignored. */
export const reservedKeys: ReadonlySet<string> = new Set([
  'json',
  'multiline',
  'level',
  'redact',
  'sample',
  'rate_limit',
  'tags',
  'alerts',
]);

const token = {
  type: 'string',
  format: 'secret',
  minLength: 1,
  description: 'Token for all kinds; tokens.KIND wins.',
  examples: ['${SHOP_TOKEN}'],
} as const;

const tokens = {
  type: 'object',
  description:
    'Tokens by kind of record. A kind without a token is not sent to a sink that needs one.',
  default: {},
  additionalProperties: false,
  properties: {
    logs: {
      type: 'string',
      format: 'secret',
      minLength: 1,
      description: 'Token for logs.',
      examples: ['${SHOP_LOGS_TOKEN}'],
    },
    stats: {
      type: 'string',
      format: 'secret',
      minLength: 1,
      description: 'Token for stats.',
      examples: ['${SHOP_STATS_TOKEN}'],
    },
    events: {
      type: 'string',
      format: 'secret',
      minLength: 1,
      description: 'Token for events.',
      examples: ['${SHOP_EVENTS_TOKEN}'],
    },
  },
} as const;

const batch = {
  type: 'object',
  description: 'When records are sent. The sink may bring other defaults.',
  default: {},
  additionalProperties: false,
  properties: {
    max_records: {
      type: 'integer',
      minimum: 1,
      default: defaultBatch.maxRecords,
      description: 'Records in a batch at most.',
    },
    max_bytes: {
      type: 'string',
      format: 'size',
      formatExclusiveMinimum: '0B',
      default: sizeText(defaultBatch.maxBytes),
      description: 'Bytes in a batch at most, measured as JSON. Not more than queue.in_flight.',
    },
    max_wait: {
      type: 'string',
      format: 'duration',
      default: durationText(defaultBatch.maxWaitMs),
      description: 'How long a batch waits to be filled.',
    },
  },
} as const;

const queue = {
  type: 'object',
  description: 'What is held while the destination is slow or away.',
  default: {},
  additionalProperties: false,
  properties: {
    memory: {
      type: 'string',
      format: 'size',
      formatExclusiveMinimum: '0B',
      default: '16MiB',
      description: 'Bound on what is held in memory.',
    },
    in_flight: {
      type: 'string',
      format: 'size',
      formatExclusiveMinimum: '0B',
      default: '8MiB',
      description: 'Bound on what is being sent at once. Not more than queue.memory.',
    },
    disk: {
      type: 'string',
      format: 'size',
      default: '1GiB',
      description: 'Bound on what is held in the state directory.',
    },
    when_full: {
      type: 'string',
      default: 'wait',
      enum: ['wait', 'drop_oldest', 'drop_newest'],
      description:
        'wait: logs are left to the engine and read again when there is room; of what cannot be read again (stats, events) the oldest is dropped and counted as not_rereadable. drop_oldest, drop_newest: dropped and counted as such.',
    },
    concurrency: {
      type: 'integer',
      minimum: 1,
      default: defaultBatch.concurrency,
      description: 'Batches being sent at once. 1 keeps the order.',
    },
  },
} as const;

const retry = {
  type: 'object',
  description: 'What happens after a failure.',
  default: {},
  additionalProperties: false,
  properties: {
    first_delay: {
      type: 'string',
      format: 'duration',
      formatExclusiveMinimum: '0s',
      default: '500ms',
      description: 'Wait before the first new attempt; it doubles from there, with jitter.',
    },
    max_delay: {
      type: 'string',
      format: 'duration',
      formatExclusiveMinimum: '0s',
      default: '30s',
      description: 'Longest wait between two attempts.',
    },
    give_up_after: {
      type: 'string',
      default: 'never',
      anyOf: [{ enum: ['never'] }, { format: 'duration', formatExclusiveMinimum: '0s' }],
      description: 'A batch that fails for so long is dropped and counted: never, or a duration.',
      examples: ['1h'],
    },
    attempt_timeout: {
      type: 'string',
      format: 'duration',
      formatExclusiveMinimum: '0s',
      default: '15s',
      description: 'An attempt without progress for so long counts as failed.',
    },
  },
} as const;

/** The schema of one sink. Its options are checked against the schema that the sink itself brings. */
export function sinkGrammar<const M>(matcher: M) {
  return {
    type: 'object',
    description: 'A destination with its queue and its manners.',
    additionalProperties: false,
    properties: {
      type: {
        type: 'string',
        minLength: 1,
        description:
          'Which sink this is: a name, or an npm package. Default: the name of the entry.',
        examples: ['logentries', '@acme/tallyman-sink-kafka'],
      },
      token,
      tokens,
      match: {
        type: 'object',
        description: 'What this sink is sent.',
        default: {},
        additionalProperties: false,
        properties: {
          kinds: {
            type: 'array',
            minItems: 1,
            uniqueItems: true,
            items: { type: 'string', enum: ['logs', 'stats', 'events'] },
            description: 'Kinds of records. Default: all that the sink accepts.',
            examples: [['logs', 'events']],
          },
          include: {
            type: 'array',
            default: [],
            items: matcher,
            description: 'Containers whose records are sent; one entry has to match. Empty: all.',
            examples: [[{ compose: 'shop' }]],
          },
          exclude: {
            type: 'array',
            default: [],
            items: matcher,
            description: 'Containers to leave out, even where include matches.',
            examples: [[{ name: 'shop-canary' }]],
          },
        },
      },
      options: {
        type: 'object',
        description: 'Options of the sink itself.',
        examples: [{ region: 'eu' }],
        default: {},
        additionalProperties: true,
      },
      batch,
      queue,
      retry,
    },
  } as const;
}
