// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LoadedConfig } from '../../src/config/model.ts';
import { printedTree } from '../../src/config/print.ts';
import { complaints, load } from './loading.ts';
import { printedConfig } from './printed-config.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const duration = fc
  .tuple(fc.integer({ min: 1, max: 900 }), fc.constantFrom('ms', 's', 'm', 'h', 'd'))
  .map(([amount, unit]) => `${amount}${unit}`);
const size = fc
  .tuple(fc.integer({ min: 1, max: 900 }), fc.constantFrom('B', 'kB', 'MB', 'KiB', 'MiB', 'GiB'))
  .map(([amount, unit]) => `${amount}${unit}`);
const matchers = fc.array(
  fc.oneof(...['name', 'image', 'label', 'compose', 'id'].map((key) => fc.record({ [key]: text }))),
  { maxLength: 3 },
);
const some = { requiredKeys: [] };

const collect = fc.record(
  {
    labels: fc.array(text, { maxLength: 3 }),
    logs: fc.record(
      {
        enabled: fc.boolean(),
        start_at: fc.oneof(fc.constantFrom('now', 'beginning'), duration),
        reader: fc.constantFrom('auto', 'engine', 'file', 'attach'),
        rm: fc.constantFrom('engine', 'attach'),
        max_line: size,
        count: fc.array(
          fc.record({
            name: text,
            pattern: fc.constantFrom('ERR', '^a$', '\\d+/$|b', '${X}', '$$'),
          }),
          { maxLength: 2 },
        ),
      },
      some,
    ),
    stats: fc.record({ enabled: fc.boolean(), interval: duration }, some),
    events: fc.record({ enabled: fc.boolean(), exclude: fc.array(text, { maxLength: 2 }) }, some),
    label_overrides: fc.boolean(),
  },
  some,
);

const queue = fc.oneof(
  fc.record({ memory: size, when_full: fc.constantFrom('wait', 'drop_newest') }, some),
  fc.record({ in_flight: fc.constantFrom('1B', '2MiB'), disk: size, concurrency: fc.nat(8) }, some),
);

const sink = fc.record(
  {
    type: fc.constant('webhook'),
    options: fc.record(
      {
        url: fc.webUrl({ validSchemes: ['http', 'https'] }).map((url) => url.replaceAll('$', '')),
        timeout: duration,
        max_body: size,
        attempts: fc.integer({ min: 1, max: 9 }),
        compress: fc.boolean(),
        headers: fc.dictionary(text, text),
        signing_key: fc.constant('12345678'),
      },
      { requiredKeys: ['url'] },
    ),
    tokens: fc.record({ logs: text, stats: text }, some),
    match: fc.record({ include: matchers, exclude: matchers, kinds: fc.constant(['stats']) }, some),
    queue: queue.filter((one) => !('concurrency' in one) || one.concurrency !== 0),
    retry: fc.record({ max_delay: duration, give_up_after: duration }, some),
  },
  { requiredKeys: ['type', 'options'] },
);

const config = fc.record(
  {
    engine: fc.record({ host: fc.constantFrom('unix:///a b', 'tcp://h:1', 'https://h') }, some),
    collect,
    select: fc.record(
      { mode: fc.constantFrom('all', 'labelled'), include: matchers, exclude: matchers },
      some,
    ),
    fields: fc.dictionary(text, fc.string({ unit: 'grapheme' })),
    state: fc.record({ directory: text, max_size: size }, some),
    admin: fc.record({ listen: fc.constant('[::1]:80'), token: text }, some),
    sinks: fc.record({ a: sink, b: sink }, { requiredKeys: ['a'] }),
  },
  { requiredKeys: ['sinks'] },
);

/** Notes tell what the file says itself, and a printed file says everything. */
function withoutNotes(config: LoadedConfig): unknown {
  const { notes: _, ...rest } = config;
  return rest;
}

/** A tree whose texts mean themselves: no variables. */
function literally(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  return mapped(value, (key) => key, literally);
}

test('any valid configuration survives being printed and loaded', async () => {
  await fc.assert(
    fc.asyncProperty(config, async (tree) => {
      const loaded = await load(printedTree(literally(tree)));

      const again = await load(printedConfig(loaded));

      expect(withoutNotes(again)).toEqual(withoutNotes(loaded));
      expect({ ...loaded.fields }).toEqual({ ...tree.fields });
    }),
    { numRuns: 150 },
  );
}, 60_000);

const everyKey = {
  engine: { host: 'tcp://h', tls: { ca: 'a', cert: 'b', key: 'c' } },
  collect: {
    labels: ['a'],
    logs: {
      enabled: true,
      start_at: 'now',
      reader: 'auto',
      rm: 'engine',
      max_line: '1MiB',
      count: [{ name: 'a', pattern: 'b' }],
    },
    stats: { enabled: true, interval: '10s', reader: 'auto' },
    events: { enabled: true, exclude: ['exec_*'] },
    label_overrides: true,
  },
  select: {
    mode: 'all',
    include: [{ name: 'a', image: 'b', label: 'c', compose: 'd', id: 'e' }],
    exclude: [{ name: 'a' }],
  },
  fields: {},
  state: { directory: '/tmp', max_size: '1GiB' },
  admin: { listen: '127.0.0.1:9180', token: 'a' },
  sinks: {
    hook: {
      type: 'webhook',
      token: 'a',
      tokens: { logs: 'a', stats: 'b', events: 'c' },
      match: { kinds: ['logs'], include: [{ name: 'a' }], exclude: [{ id: 'a' }] },
      options: { url: 'http://h', timeout: '1s', attempts: 1, compress: true },
      batch: { max_records: 1, max_bytes: '1MiB', max_wait: '1s' },
      queue: {
        memory: '16MiB',
        in_flight: '8MiB',
        disk: '1GiB',
        when_full: 'wait',
        concurrency: 1,
      },
      retry: {
        first_delay: '500ms',
        max_delay: '30s',
        give_up_after: 'never',
        attempt_timeout: '15s',
      },
    },
  },
};

const typo = fc.record({
  edit: fc.constantFrom('insert', 'remove', 'replace', 'swap'),
  at: fc.nat(),
  letter: fc.constantFrom(...'aeiourstlnzq_'.split('')),
});

test('any typo in any key is reported with that key', async () => {
  const keyCount = JSON.stringify(everyKey).split('":').length - 1;
  await fc.assert(
    fc.asyncProperty(fc.nat(keyCount - 1), typo, async (index, { edit, at, letter }) => {
      const keys: string[] = [];
      const tree = renamed(everyKey, (key) => {
        keys.push(key);
        return keys.length === index + 1 ? misspelt(key, edit, at, letter) : key;
      });
      const key = keys[index] ?? '';
      const wrong = misspelt(key, edit, at, letter);
      // A sink may be called anything, and one key may be a typo of another.
      fc.pre(key !== 'hook' && wrong !== key && wrong !== '' && !keys.includes(wrong));

      const said = await complaints(printedTree(tree));

      expect(said.join('\n')).toContain(wrong);
    }),
    { numRuns: 400 },
  );
}, 60_000);

test('the configuration with every key is a valid one', async () => {
  expect(await complaints(printedTree(everyKey))).toEqual([]);
});

function renamed(value: unknown, rename: (key: string) => string): unknown {
  return mapped(value, rename, (inner) => renamed(inner, rename));
}

function mapped(
  value: unknown,
  rename: (key: string) => string,
  change: (inner: unknown) => unknown,
): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [rename(key), change(inner)] as const));
}

function misspelt(key: string, edit: string, at: number, letter: string): string {
  const index = at % key.length;
  const [before, char, after] = [key.slice(0, index), key.charAt(index), key.slice(index + 1)];
  if (edit === 'insert') return `${before}${letter}${char}${after}`;
  if (edit === 'remove') return `${before}${after}`;
  if (edit === 'replace') return `${before}${letter}${after}`;
  return `${before}${after.charAt(0)}${char}${after.slice(1)}`;
}
