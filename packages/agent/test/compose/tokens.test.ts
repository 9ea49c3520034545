import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { type Clock, Secret, type SinkContext, type SinkDefinition } from '@tallyman/sdk';
import { loadConfig } from '../../src/config/load.ts';
import { createDiagnostics } from '../../src/diagnostics/diagnostics.ts';
import { SinkCounts } from '../../src/sinks/counts.ts';

// Jest loads CommonJS modules while it links: tsyringe would come before the polyfill that it wants.
const { composeSinks, rootContainer } = await import('../../src/compose/root.ts');
const { sinkContainer } = await import('../../src/compose/sink.ts');
const { clockToken, resolved, sinkConfigToken, sinkContextToken, sinkToken } = await import(
  '../../src/compose/tokens.ts'
);

const texts = { first: 'tok-first', second: 'tok-second' };
const yaml = `sinks:
  first: { type: teller, token: ${texts.first} }
  second: { type: teller, token: ${texts.second}, options: { key: tok-option } }
`;

/** Two sinks of one type, each with its token, and the contexts that they were given. */
async function composed() {
  const contexts: SinkContext[] = [];
  const teller: SinkDefinition = {
    type: 'teller',
    summary: 'Keeps its context.',
    stability: 'beta',
    contract: 1,
    accepts: ['log'],
    token: 'required',
    options: { type: 'object', properties: { key: { type: 'string', format: 'secret' } } },
    create: (_options, context) => {
      contexts.push(context);
      return { write: async () => {} };
    },
  };
  const catalogue = { names: () => ['teller'], definition: async () => teller };
  const config = await loadConfig({ path: 'c.yaml', text: yaml, env: {}, catalogue });
  const diagnostics = createDiagnostics(
    { level: 'silent', format: 'json', color: false },
    { write: () => {}, flush: async () => {} },
  );
  const root = rootContainer({ diagnostics, counts: new SinkCounts(), host: 'quay' });
  return { root, config, contexts };
}

/** Every secret that can be reached from a value by its properties, symbols, maps, sets and prototypes. */
function secretsWithin(start: unknown): string[] {
  const seen = new Set<unknown>();
  const secrets = new Set<string>();
  const waiting: unknown[] = [start];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
    if (seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Secret) secrets.add(value.reveal());
    if (value instanceof Map) waiting.push(...value.keys(), ...value.values());
    if (value instanceof Set) waiting.push(...value);
    for (const key of Reflect.ownKeys(value)) {
      const property = Reflect.getOwnPropertyDescriptor(value, key);
      if (property && 'value' in property) waiting.push(property.value);
    }
    waiting.push(Reflect.getPrototypeOf(value));
  }
  return [...secrets].toSorted();
}

test('each sink is built in a child container of its own', async () => {
  const { root, config } = await composed();

  const [first, second] = config.sinks.map((sink) => sinkContainer(root, sink));

  expect(first && resolved(first, sinkConfigToken).name).toBe('first');
  expect(second && resolved(second, sinkConfigToken).name).toBe('second');
  expect(first && resolved(first, sinkToken)).not.toBe(second && resolved(second, sinkToken));
  const clocks: (Clock | undefined)[] = [first, second].map(
    (child) => child && resolved(child, clockToken),
  );
  expect(clocks[0]).toBe(clocks[1]);
});

test('the root knows no sink, its configuration or its context, also after all were built', async () => {
  const { root, config } = await composed();

  composeSinks(root, config.sinks);

  for (const token of [sinkToken, sinkConfigToken, sinkContextToken]) {
    expect(root.isRegistered(token, true)).toBe(false);
    expect(() => resolved<unknown>(root, token)).toThrow(/unregistered/);
  }
  expect(secretsWithin(root)).toEqual([]);
});

test('a sink’s container holds its own secrets and nobody else’s', async () => {
  const { root, config } = await composed();

  const children = config.sinks.map((sink) => sinkContainer(root, sink));
  for (const child of children) resolved(child, sinkToken);

  expect(children.map(secretsWithin)).toEqual([[texts.first], ['tok-option', texts.second]]);
});

test('a sink’s context gives its own tokens, and leads to no other', async () => {
  const { root, config, contexts } = await composed();

  composeSinks(root, config.sinks);

  expect(contexts.map((context) => context.token('log')?.reveal())).toEqual([
    texts.first,
    texts.second,
  ]);
  expect(contexts.map(secretsWithin)).toEqual([[], []]);
  expect(contexts.every(Object.isFrozen)).toBe(true);
});
