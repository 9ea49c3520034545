// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { interpolated } from '../../src/config/interpolate.ts';
import { complaints, load } from './loading.ts';

const env = { HOST: 'web-1', EMPTY: '', N: '10' };
const lookup = {
  variable: (name: string) => Object.entries(env).find(([key]) => key === name)?.[1],
  variableNames: () => Object.keys(env),
  file: () => ({ fault: 'does not exist' }),
};
const filled = (text: string) => interpolated(text, lookup).text;
const faults = (text: string) => interpolated(text, lookup).faults;
const stdout = 'sinks: { stdout: {} }\n';

describe('a text has its variables filled in', () => {
  test.each([
    ['a ${HOST} b', 'a web-1 b'],
    ['${HOST}${N}', 'web-110'],
    ['${EMPTY}', ''],
    ['${EMPTY:-x}', 'x'],
    ['${NONE:-x y}', 'x y'],
    ['${NONE:-}', ''],
    ['${NONE:-${HOST}-${NEITHER:-z}}', 'web-1-z'],
    ['${HOST:-${NONE}}', 'web-1'],
    ['${HOST:?must be set}', 'web-1'],
    ['$${HOST} $$ $5 ^a$', '${HOST} $ $5 ^a$'],
  ])('%s → %s', (text, expected) => {
    expect(faults(text)).toEqual([]);
    expect(filled(text)).toBe(expected);
  });

  test.each([
    ['x ${NONE}', 2, /^\$\{NONE\} is not set/],
    ['${HOSTT}', 0, /did you mean HOST\?$/],
    ['${NONE:?ask Ops}', 0, /^\$\{NONE\} is not set: ask Ops$/],
    ['${EMPTY:?}', 0, /^\$\{EMPTY\} must be set$/],
    ['ab ${HOST', 3, /without its \}/],
    ['${HOST:-x', 0, /without its \}/],
    ['${}', 0, /comes a name/],
    ['${A B}', 0, /comes a name/],
    ['${HOST-x}', 0, /comes a name/],
    ['${file:/x', 0, /without its \}/],
    ['${file:/x}', 0, /^\$\{file:\/x\}: does not exist$/],
  ])('%s has a fault at %i', (text, at, message) => {
    expect(faults(text)).toEqual([{ at, message: expect.stringMatching(message) }]);
  });

  test('whose dollars were doubled comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'a', ':') }), (text) => {
        expect(interpolated(text.replaceAll('$', '$$$$'), lookup)).toMatchObject({
          text,
          faults: [],
        });
      }),
    );
  });
});

describe('in a file', () => {
  test('variables count in values only, never in keys or comments', async () => {
    const { fields } = await load(`fields: { "\${NONE}": a } # \${NONE}\n# \${NONE}\n${stdout}`);

    expect(fields).toEqual({ '${NONE}': 'a' });
  });

  test('what is filled in is no YAML', async () => {
    const { fields } = await load(`fields: { a: "\${EVIL}" }\n${stdout}`, {
      EVIL: 'x", b: {c: *d} # ',
    });

    expect(fields).toEqual({ a: 'x", b: {c: *d} # ' });
  });

  test('the schema decides whether a variable is a number, a boolean or text', async () => {
    const config = await load(
      `
fields: { number: "\${N}", word: "\${YES}" }
collect: { events: { enabled: "\${NO}" } }
sinks: { hook: { type: webhook, options: { url: "http://h", attempts: "\${N}", compress: "\${NO}" }, batch: { max_records: "\${N}" } } }
`,
      { N: '7', YES: 'true', NO: 'False' },
    );

    expect(config.fields).toEqual({ number: '7', word: 'true' });
    expect(config.collect.events.enabled).toBe(false);
    expect(config.sinks[0]?.options).toMatchObject({ attempts: 7, compress: false });
    expect(config.sinks[0]?.batch.maxRecords).toBe(7);
  });

  test('text counts as it was written, whatever YAML makes of it', async () => {
    const config = await load(
      'fields: { a: 0123, b: 1e5, c: true, d: 0x1F, e: 1.10 }\nsinks: { hook: { type: webhook, token: 0123, tokens: { logs: 1e5, stats: true }, options: { url: "http://h" } } }\n',
    );

    expect(config.fields).toEqual({ a: '0123', b: '1e5', c: 'true', d: '0x1F', e: '1.10' });
    const { log, stat, event } = config.sinks[0]?.tokens ?? {};
    expect([log, stat, event].map((token) => token?.reveal())).toEqual(['1e5', 'true', '0123']);
  });

  test('each variable that is not set is reported at its dollar sign', async () => {
    const said = await complaints(
      `fields:\n  a: "\\t$$ \${A} \${B}"\n  b: |\n    one\n    two \${C}\n${stdout}`,
    );

    expect(said.map((line) => line.split(' is not set')[0])).toEqual([
      'c.yaml:2:12  fields.a: ${A}',
      'c.yaml:2:17  fields.a: ${B}',
      'c.yaml:5:9  fields.b: ${C}',
    ]);
  });

  test('a block that is only there to be referred to needs no variables of its own', async () => {
    expect(await complaints(`x-a: { b: "\${NONE}" }\n${stdout}`)).toEqual([]);
  });

  test('a value that was filled in is not shown, for it may be a secret at the wrong place', async () => {
    const said = await complaints(`collect: { stats: { interval: "\${TOKEN}" } }\n${stdout}`, {
      TOKEN: '6f8a0c1e',
    });

    expect(said).toEqual([
      'c.yaml:1:31  collect.stats.interval: expected a duration such as 10s, found the value of ${TOKEN}; write one number and its unit, such as 10s (units: ms, s, m, h, d)',
    ]);
  });
});

describe('a secret in a file', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tallyman-secret-'));
  });
  afterAll(() => rm(directory, { recursive: true }));
  const config = (path: string) =>
    `sinks: { hook: { type: webhook, token: "\${file:${path}}", options: { url: "http://h" } } }\n`;

  test.each(['s3cret', 's3cret\n', 's3cret\r\n'])(
    'is read without its line ending: %j',
    async (text) => {
      const path = join(directory, 'token');
      await writeFile(path, text);

      const { sinks } = await load(config(path));

      expect(sinks[0]?.tokens.log?.reveal()).toBe('s3cret');
    },
  );

  test.each([
    ['that is absent', 'absent', 'does not exist; create it, or name another file'],
    ['that is a directory', '.', 'is not a file'],
  ])('%s is reported', async (_, name, message) => {
    const path = join(directory, name);

    expect(await complaints(config(path))).toEqual([
      `c.yaml:1:41  sinks.hook.token: \${file:${path}}: ${message}`,
    ]);
  });
});
