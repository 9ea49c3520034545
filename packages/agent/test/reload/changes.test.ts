import { expect, test } from '@jest/globals';
import { changesBetween, neededRestarts } from '../../src/reload/changes.ts';
import { load } from '../config/loading.ts';

const none = { added: [], removed: [], changed: [], rematched: [], left: [], sections: [] };

async function changes(before: string, after: string, env: Readonly<Record<string, string>> = {}) {
  return changesBetween(await load(before, env), await load(after, env));
}

test('a sink is left that says the same in other words: defaults, units, order, comments, variables', async () => {
  const before = `sinks:
  out: { type: stdout, batch: { max_wait: 1s } }
  other: { type: stdout }`;
  const after = `# Rearranged.
sinks:
  other: { type: stdout, queue: { when_full: wait } }
  out: { type: stdout, batch: { max_wait: "\${WAIT}" }, match: {} }`;

  expect(await changes(before, after, { WAIT: '1000ms' })).toEqual({
    ...none,
    left: ['other', 'out'],
  });
});

test('sinks are added and removed, the others left', async () => {
  const before = 'sinks: { a: { type: stdout }, b: { type: stdout } }';
  const after = 'sinks: { b: { type: stdout }, c: { type: stdout } }';

  expect(await changes(before, after)).toEqual({
    ...none,
    added: ['c'],
    removed: ['a'],
    left: ['b'],
  });
});

test.each([
  ['options', 'options: { format: json }'],
  ['batch', 'batch: { max_records: 7 }'],
  ['queue', 'queue: { memory: 20MiB }'],
  ['the disk queue', 'queue: { disk: 3MiB }'],
  ['retry', 'retry: { max_delay: 7s }'],
])('a sink is changed by its %s', async (_, section) => {
  const after = `sinks: { out: { type: stdout, ${section} } }`;

  expect(await changes('sinks: { out: { type: stdout } }', after)).toEqual({
    ...none,
    changed: ['out'],
  });
});

test('a sink is changed by another type, also of the same name', async () => {
  const before = 'sinks: { out: { type: stdout } }';
  const after = `sinks: { out: { type: logentries, token: ${'a'.repeat(36)} } }`;

  expect((await changes(before, after)).changed).toEqual(['out']);
});

test.each([
  ['the matcher', 'match: { exclude: [{ name: web }] }'],
  ['the kinds', 'match: { kinds: [logs] }'],
])('a sink is only matched anew by %s', async (_, section) => {
  const after = `sinks: { out: { type: stdout, ${section} } }`;

  expect(await changes('sinks: { out: { type: stdout } }', after)).toEqual({
    ...none,
    rematched: ['out'],
  });
});

test('tokens are compared by what they hide, wherever they come from', async () => {
  const token = (text: string) => `sinks: { le: { type: logentries, token: "${text}" } }`;
  const [old, other] = ['a', 'b'].map((letter) => letter.repeat(36));
  const env = { OLD: String(old), NEW: String(other) };

  const same = await changes(token(String(old)), token(`\${OLD}`), env);
  const rotated = await changes(token(`\${OLD}`), token(`\${NEW}`), env);

  expect(same.left).toEqual(['le']);
  expect(rotated.changed).toEqual(['le']);
});

test('secret options are compared by what they hide', async () => {
  const before = await load('sinks: { out: { type: stdout } }');
  const [sink] = before.sinks;
  if (sink === undefined) throw new Error('there is no sink');
  const { Secret } = await import('@tallyman/sdk');
  const hiding = (text: string) => ({
    ...before,
    sinks: [{ ...sink, options: { proxy: { password: new Secret(text) } } }],
  });

  expect(changesBetween(hiding('a'), hiding('a')).left).toEqual(['out']);
  expect(changesBetween(hiding('a'), hiding('b')).changed).toEqual(['out']);
});

test.each([
  ['collect.labels', 'collect: { labels: ["team"] }'],
  ['collect.logs', 'collect: { logs: { count: [{ name: errors, pattern: ERROR }] } }'],
  ['collect.stats', 'collect: { stats: { interval: 7s } }'],
  ['collect.events', 'collect: { events: { exclude: [] } }'],
  ['collect.label_overrides', 'collect: { label_overrides: false }'],
  ['select', 'select: { mode: labelled }'],
  ['fields', 'fields: { cluster: eu }'],
  ['state.max_size', 'state: { max_size: 7GiB }'],
])('names the section %s', async (name, section) => {
  const out = 'sinks: { out: { type: stdout } }';

  expect(await changes(out, `${section}\n${out}`)).toEqual({
    ...none,
    left: ['out'],
    sections: [name],
  });
  expect(await changes(`${section}\n${out}`, `${section}\n${out}`)).toEqual({
    ...none,
    left: ['out'],
  });
});

test('names what only another start can change, as long as it differs', async () => {
  const out = 'sinks: { out: { type: stdout } }';
  const started = await load(out);
  const moved = await load(
    `engine: { host: "tcp://quay:2375" }\nstate: { directory: /elsewhere }\nadmin: { token: abc }\n${out}`,
  );

  expect(neededRestarts(started, moved)).toEqual(['engine', 'state.directory', 'admin']);
  expect(neededRestarts(started, started)).toEqual([]);
});

test('names attaching where it ends: a container that is attached to stays so', async () => {
  const config = (rm: string) =>
    load(`collect: { logs: { rm: ${rm} } }\nsinks: { out: { type: stdout } }`);

  const [attach, engine] = [await config('attach'), await config('engine')];

  expect(neededRestarts(attach, engine)).toEqual([
    'collect.logs.rm, for containers that are attached to',
  ]);
  expect(neededRestarts(engine, attach)).toEqual([]);
});
