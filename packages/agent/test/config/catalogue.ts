import { defineSink, type SinkDefinition } from '@tallyman/sdk';
import { type SinkCatalogue, SinkUnavailable } from '../../src/config/catalogue.ts';

const idle = () => ({ write: async () => {} });

const stdout = defineSink({
  type: 'stdout',
  summary: 'Prints records.',
  stability: 'stable',
  contract: 1,
  accepts: ['log', 'stat', 'event'],
  token: 'none',
  options: {
    type: 'object',
    properties: { format: { type: 'string', enum: ['pretty', 'json', 'logfmt'] } },
  },
  defaults: { maxWaitMs: 100 },
  create: idle,
});

const librato = defineSink({
  type: 'librato',
  summary: 'Sends stats to Librato.',
  stability: 'stable',
  contract: 1,
  accepts: ['stat', 'event'],
  token: 'required',
  options: {
    type: 'object',
    required: ['email'],
    properties: {
      email: { type: 'string', format: 'email', description: 'Address of the account.' },
      url: { type: 'string', format: 'uri', default: 'https://metrics-api.librato.com' },
    },
  },
  defaults: { maxRecords: 300, maxBytes: 512 * 1024, concurrency: 2, ordered: true },
  create: idle,
});

const logentries = defineSink({
  type: 'logentries',
  summary: 'Sends everything to Logentries.',
  stability: 'stable',
  contract: 1,
  accepts: ['log', 'stat', 'event'],
  token: 'required',
  options: {
    type: 'object',
    properties: { region: { type: 'string', enum: ['us', 'eu'], default: 'eu' } },
  },
  create: idle,
});

const webhook = defineSink({
  type: 'webhook',
  summary: 'Posts records.',
  stability: 'beta',
  contract: 1,
  accepts: ['log', 'stat', 'event'],
  token: 'optional',
  options: {
    type: 'object',
    required: ['url'],
    properties: {
      url: { type: 'string', format: 'uri', description: 'Where records are posted.' },
      timeout: { type: 'string', format: 'duration', default: '5s' },
      max_body: { type: 'string', format: 'size', default: '1MiB' },
      signing_key: { type: 'string', format: 'secret', minLength: 8 },
      attempts: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
      compress: { type: 'boolean', default: true },
      tags: { type: 'array', items: { type: 'string' }, default: [] },
      headers: { type: 'object', additionalProperties: { type: 'string' }, default: {} },
    },
  },
  create: idle,
});

const definitions: readonly SinkDefinition[] = [
  stdout,
  librato,
  logentries,
  webhook,
  { ...stdout, type: '@acme/tallyman-sink-kafka' },
  {
    ...stdout,
    type: 'terse',
    options: {
      type: 'object',
      required: ['a', 'b'],
      properties: { a: { type: 'string' }, b: { type: 'string' } },
    },
  },
  {
    ...stdout,
    type: 'botched',
    options: { type: 'object', properties: { a: { type: 'string', pattern: '(' } } },
  },
];

/** A catalogue with a sink of every kind, one of which is refused. */
export const catalogue: SinkCatalogue = catalogueOf(definitions);

/** The catalogue of this version's own sinks: the predecessors' are not among them. */
export const smallCatalogue: SinkCatalogue = catalogueOf([stdout]);

function catalogueOf(known: readonly SinkDefinition[]): SinkCatalogue {
  return {
    names: () => known.map(({ type }) => type),
    definition: async (type) => {
      if (type === 'outdated')
        throw new SinkUnavailable('refused', 'outdated 2.0.0 needs SDK 2, this agent has SDK 1');
      const definition = known.find((one) => one.type === type);
      if (definition === undefined) throw new SinkUnavailable('unknown', `no sink ${type}`);
      return definition;
    },
  };
}
