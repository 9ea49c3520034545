// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
import { describe, expect, test } from '@jest/globals';
import { complaints, load } from './loading.ts';

const stdout = 'sinks: { stdout: {} }\n';

describe('YAML that reads otherwise than it looks is explained', () => {
  test.each([
    [
      'a variable in braces',
      'fields: { a: ${X} }\n',
      '1:15  quote it inside { } and [ ]: "${VAR}"',
    ],
    [
      'a variable in brackets',
      'collect: { labels: [${X}] }\n',
      '1:22  quote it inside { } and [ ]: "${VAR}"',
    ],
    [
      'a glob of one star',
      'select: { include: [{ name: * }] }\n',
      '1:29  an unquoted * starts an alias, and no anchor of that name comes before it; quote it: "*"',
    ],
    [
      'a second colon',
      'fields:\n  a: b: c\n',
      '2:6  there is a second ": " on this line; quote the value',
    ],
    [
      'a colon in a message',
      'fields:\n  a: ${X:?see: docs}\n',
      '2:6  a ": " inside ${…}; quote the value',
    ],
    ['a quote that is open', 'fields: { a: "b }\n', '2:1  a quote is not closed'],
    [
      'an escape',
      'fields: { a: "\\q" }\n',
      '1:15  this escape is not known in double quotes; use single quotes, or write \\\\ for \\',
    ],
    [
      'a value that starts with @',
      'fields:\n  a: @b\n',
      '2:6  a value cannot start with this character; quote it',
    ],
    [
      'two documents',
      'fields: {}\n---\nfields: {}\n',
      '2:1  a configuration is one document; remove this --- and what follows it',
    ],
    [
      'a tag',
      'fields: { a: !b c }\n',
      '1:14  tags (!name) are not used here; quote the value if it starts with !',
    ],
    [
      'a missing space',
      'fields:\n  a:1\n  b: 2\n',
      '2:3  a key has to be on one line and followed by ": "; is a colon, or the space after it, missing here?',
    ],
  ])('%s', async (_, text, message) => {
    const said = await complaints(text);

    expect(said.map((line) => line.replace(/ {2}[\w.[\]]+: /, '  '))).toContain(
      `c.yaml:${message}`,
    );
  });

  test('in one go, where the structure is sound', async () => {
    const said = await complaints('fields: { a: @b, a: "\\q" }\nsink: {}\n');

    expect(said.map((line) => line.split('  ')[0])).toEqual([
      'c.yaml:1:1',
      'c.yaml:1:14',
      'c.yaml:1:18',
      'c.yaml:1:22',
      'c.yaml:2:1',
    ]);
  });
});

describe('anchors, aliases and merges', () => {
  test('spare the user from writing things twice, with x- blocks to hold them', async () => {
    const { sinks } = await load(`
x-small: &small { max_records: 5, max_wait: 2s }
x-tiny: &tiny { max_records: 1 }
x-globs: [&glob "web-*"]
sinks:
  a: { type: stdout, batch: *small }
  b: { type: stdout, batch: { <<: [*tiny, *small], max_bytes: 9kB } }
  c: { type: stdout, match: { include: [{ name: *glob }] } }
`);

    expect(sinks.map(({ batch }) => [batch.maxRecords, batch.maxWaitMs, batch.maxBytes])).toEqual([
      [5, 2_000, 1024 * 1024],
      [1, 2_000, 9_000],
      [500, 100, 1024 * 1024],
    ]);
    expect(sinks[2]?.include).toEqual([{ name: 'web-*' }]);
  });

  test('report a mistake behind an anchor once, where it is written', async () => {
    const said = await complaints(
      'x-b: &b { max_wait: 5 }\nsinks:\n  a: { type: stdout, batch: *b }\n  b: { type: stdout, batch: *b }\n',
    );

    expect(said).toEqual([
      'c.yaml:1:21  sinks.a.batch.max_wait: expected a duration such as 10s, found the number 5; write 5s (units: ms, s, m, h, d)',
    ]);
  });

  test('that contain themselves are refused', async () => {
    const said = [
      ...(await complaints(`fields: &f { a: *f }\n${stdout}`)),
      ...(await complaints(`fields: &f { <<: *f }\n${stdout}`)),
      ...(await complaints(`x-a: &a { b: { <<: *a } }\nfields: *a\n${stdout}`)),
    ];

    expect(said).toEqual([
      'c.yaml:1:17  fields.a: an alias stands inside the value it names',
      'c.yaml:1:18  fields["<<"]: an alias stands inside the value it names',
      'c.yaml:1:14  fields.b: expected text, found a mapping',
      'c.yaml:1:20  x-a.b["<<"]: an alias stands inside the value it names',
    ]);
  });

  test('that would fill the memory are refused', async () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const many = Array.from({ length: 9 }, () => `*l${level}`).join(', ');
      return `x-${level + 1}: &l${level + 1} [${many}]\n`;
    });
    const merges = levels.map((line) => line.replace('[', '{ <<: [').replace(']', '] }'));
    const lists = `x-0: &l0 [1, 2]\n${levels.join('')}fields: { a: *l12 }\n${stdout}`;
    const maps = `x-0: &l0 { a: b }\n${merges.join('')}fields: *l12\n${stdout}`;

    expect((await complaints(lists)).join()).toMatch(/aliases stand for more than 10000 values/);
    expect((await complaints(maps)).join()).toMatch(/aliases stand for more than 10000 values/);
  });

  test('nested thousands of levels deep are refused', async () => {
    const said = await complaints(`fields: ${'['.repeat(20_000)}`);

    expect(said).toEqual(['c.yaml:1:1  is nested too deeply to be read']);
  });
});

describe('a key', () => {
  test('may have any name where names are free', async () => {
    const { fields } = await load(
      `fields: { __proto__: a, constructor: b, "c/d~e": c, json: d, 5: e }\n${stdout}`,
    );

    expect(Object.entries(fields)).toEqual([
      ['5', 'e'],
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['c/d~e', 'c'],
      ['json', 'd'],
    ]);
  });

  test('has to be text', async () => {
    const said = await complaints('fields:\n  [a]: b\n  : c\nsinks: { stdout: {} }\n');

    expect(said).toEqual([
      'c.yaml:2:3  fields: a key has to be plain text',
      'c.yaml:3:1  fields: a key has to be plain text',
    ]);
  });

  test('with control characters cannot steer a terminal', async () => {
    const said = await complaints(`"a\\e[31m": 1\n${stdout}`);

    expect(said[0]).toMatch(/^c.yaml:1:1 {2}\["a\\+u001b\[31m"\]: unknown key/);
  });
});

test('sections whose content is commented out are empty ones', async () => {
  const config = await load(
    'collect:\n  logs:\n  # enabled: false\nselect:\n  include:\nsinks:\n  stdout:\n',
  );

  expect(config.collect.logs.enabled).toBe(true);
  expect(config.select.include).toEqual([]);
  expect(config.sinks.map(({ name }) => name)).toEqual(['stdout']);
});

test('a byte order mark and Windows line endings are read', async () => {
  const { fields } = await load(`\uFEFFfields:\r\n  a: b\r\n${stdout}`);

  expect(fields).toEqual({ a: 'b' });
});
