import { describe, expect, test } from '@jest/globals';
import type { SinkDefinition } from '@tallyman/sdk';
import type { SinkCatalogue } from '../../src/config/catalogue.ts';
import { loadConfig } from '../../src/config/load.ts';
import { sinkExample } from '../../src/docs/sink-example.ts';
import { sinkText } from '../../src/docs/sink-text.ts';
import { builtInSinks } from '../../src/sinks/built-in.ts';
import { findSinks } from '../../src/sinks/catalogue.ts';

const kafka: SinkDefinition = {
  type: 'kafka',
  summary: 'Sends records to Kafka, each kind to a topic of its own, keyed by container.',
  stability: 'beta',
  contract: 1,
  accepts: ['log', 'event'],
  token: 'required',
  options: {
    type: 'object',
    properties: {
      brokers: {
        type: 'array',
        items: { type: 'string' },
        examples: [['kafka-1:9092']],
        description: 'Where to begin.',
      },
      tls: {
        type: 'object',
        properties: {
          ca: { type: 'string', description: 'Path of the authority.' },
          key: { type: 'string', format: 'secret', description: 'Of the client.' },
        },
        required: ['key'],
      },
      linger: {
        type: 'string',
        format: 'duration',
        default: '5ms',
        description: 'Waits for more.',
      },
      level: { type: 'integer', minimum: 1, maximum: 9, description: 'Of compression.' },
    },
    required: ['brokers', 'tls', 'level'],
  },
  create: () => ({ write: async () => {} }),
};

function catalogueWith(name: string, definition: SinkDefinition): SinkCatalogue {
  return { names: () => [name], definition: async () => definition };
}

async function pageOf(name: string, definition: SinkDefinition, catalogue: SinkCatalogue) {
  const example = await sinkExample(name, definition, catalogue);
  return { example, lines: sinkText({ name, listed: undefined, definition, example }) };
}

describe.each(builtInSinks.map(({ type }) => type))('the page of %s', (type) => {
  test('fits a terminal of 80 columns, and names every option', async () => {
    const catalogue = findSinks([]);
    const definition = await catalogue.definition(type);

    const { lines } = await pageOf(type, definition, catalogue);

    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const named = lines.flatMap((line) => /^ {2}(\w+) /.exec(line)?.[1] ?? []);
    expect(named).toEqual(expect.arrayContaining(Object.keys(definition.options.properties)));
  });

  test('has an example that loads', async () => {
    const catalogue = findSinks([]);

    const { example } = await pageOf(type, await catalogue.definition(type), catalogue);

    expect(example.open).toEqual([]);
    const env = { LIBRATO_TOKEN: 'a', LOGENTRIES_TOKEN: '00000000-0000-0000-0000-000000000000' };
    const config = await loadConfig({ path: 'example', text: example.yaml, env, catalogue });
    expect(config.sinks.map(({ name }) => name)).toEqual([type]);
  });
});

test('the page of a third party’s sink says what its definition says', async () => {
  const { lines } = await pageOf('kafka', kafka, catalogueWith('kafka', kafka));

  expect(lines.join('\n')).toMatch(`kafka

Sends records to Kafka, each kind to a topic of its own, keyed by container.

  from       an npm package
  stability  beta
  accepts    logs, events
  token      required: token, or tokens.logs, tokens.stats, tokens.events; a
             kind without one is not sent

Options, under sinks.NAME.options:

  brokers  list of text; required
           Where to begin. For example ["kafka-1:9092"].
  linger   duration; default 5ms
           Waits for more.
  level    number from 1 to 9; required
           Of compression.
  tls.ca   text
           Path of the authority.
  tls.key  secret; required
           Of the client.

Example:

  sinks:
    kafka:
      token: \${KAFKA_TOKEN}
      options:
        brokers:
          - kafka-1:9092
        tls:
          key: \${KAFKA_TLS_KEY}
        level: 1

Where the file says nothing:

  batch:
`);
});

test('the example of an npm package chooses it by the package’s name', async () => {
  const name = '@acme/tallyman-sink-kafka';

  const { example } = await pageOf(name, kafka, catalogueWith(name, kafka));

  expect(example.yaml).toMatch('sinks:\n  kafka:\n    type: "@acme/tallyman-sink-kafka"\n');
  expect(example.open).toEqual([]);
});

test('an example that cannot be made up says what a person has to put in', async () => {
  const topic = { type: 'string', pattern: '^t-[0-9]{4}$' } as const;
  const options = { type: 'object', properties: { topic }, required: ['topic'] } as const;
  const picky = { ...kafka, options };

  const { lines } = await pageOf('kafka', picky, catalogueWith('kafka', picky));

  expect(lines).toContain('Example, which does not load as it stands:');
  expect(lines.join('\n')).toMatch(
    /\n {2}sinks\.kafka\.options\.topic: expected text that matches/,
  );
});

test('a page says where the package and the sink disagree', async () => {
  const example = await sinkExample('kafka', kafka, catalogueWith('kafka', kafka));
  const listed = {
    name: 'kafka',
    origin: 'package',
    path: '/s/kafka',
    version: '1.2.3',
    stability: 'stable',
  } as const;

  const lines = sinkText({ name: 'kafka', listed, definition: kafka, example });

  expect(lines[0]).toBe('kafka 1.2.3');
  expect(lines).toContain('  from       /s/kafka');
  expect(lines).toContain('  stability  beta (its package.json says stable)');
});
