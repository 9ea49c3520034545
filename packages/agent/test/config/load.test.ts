import { describe, expect, test } from '@jest/globals';
import { defaultBatch } from '@tallyman/core';
import { Secret } from '@tallyman/sdk';
import { complaints, load } from './loading.ts';

const sinksWith = (entry: string) => `sinks: { hook: { type: webhook, ${entry} } }\n`;
const options = 'options: { url: "https://example.com" }';

describe('a configuration', () => {
  test('of one sink has all defaults', async () => {
    const { sinks, ...sections } = await load('sinks: { logentries: { token: t } }\n');

    expect(sections).toEqual({
      engine: {
        host: 'unix:///var/run/docker.sock',
        address: { kind: 'unix', socketPath: '/var/run/docker.sock' },
      },
      collect: {
        labels: [],
        logs: {
          enabled: true,
          startAt: 'now',
          reader: 'auto',
          rm: 'engine',
          maxLineBytes: 1024 * 1024,
          count: [],
        },
        stats: { enabled: true, intervalMs: 10_000, reader: 'auto' },
        events: { enabled: true, exclude: ['exec_*'] },
        labelOverrides: true,
      },
      select: { mode: 'all', include: [], exclude: [] },
      fields: {},
      state: { directory: '/var/lib/tallyman', maxSizeBytes: 2 * 1024 ** 3, configured: false },
      admin: {
        listen: '127.0.0.1:9180',
        address: { kind: 'tcp', host: '127.0.0.1', port: 9180 },
        configured: false,
      },
      notes: [],
    });
    expect(sinks).toEqual([
      {
        name: 'logentries',
        type: 'logentries',
        definition: expect.objectContaining({ type: 'logentries' }),
        options: { region: 'eu' },
        tokenless: [],
        tokens: { log: new Secret('t'), stat: new Secret('t'), event: new Secret('t') },
        kinds: ['log', 'stat', 'event'],
        include: [],
        exclude: [],
        batch: {
          maxRecords: defaultBatch.maxRecords,
          maxBytes: defaultBatch.maxBytes,
          maxWaitMs: defaultBatch.maxWaitMs,
        },
        queue: {
          memoryBytes: 16 * 1024 ** 2,
          inFlightBytes: 8 * 1024 ** 2,
          diskBytes: 1024 ** 3,
          whenFull: 'wait',
          concurrency: 1,
          ordered: false,
        },
        retry: { firstDelayMs: 500, maxDelayMs: 30_000, attemptTimeoutMs: 15_000 },
      },
    ]);
  });

  test('says what is collected in the units of the program', async () => {
    const { collect } = await load(`
collect:
  labels: ["com.example.*"]
  logs: { enabled: false, start_at: 10m, max_line: 64KiB, count: [{ name: errors, pattern: 'ERR|FATAL' }] }
  stats: { interval: 1.5s }
  events: { exclude: [] }
  label_overrides: false
sinks: { stdout: {} }
`);

    expect(collect).toEqual({
      labels: ['com.example.*'],
      logs: {
        enabled: false,
        startAt: { agoMs: 600_000 },
        reader: 'auto',
        rm: 'engine',
        maxLineBytes: 65_536,
        count: [{ name: 'errors', pattern: /ERR|FATAL/ }],
      },
      stats: { enabled: true, intervalMs: 1_500, reader: 'auto' },
      events: { enabled: true, exclude: [] },
      labelOverrides: false,
    });
  });

  test('gives a sink its options checked, filled in and converted', async () => {
    const { sinks } = await load(
      sinksWith(
        'options: { url: "http://h", max_body: 2kB, signing_key: 12345678, tags: [a], headers: { x-a: 1 } }',
      ),
    );

    expect(sinks[0]?.options).toEqual({
      url: 'http://h',
      timeout: 5_000,
      max_body: 2_000,
      signing_key: expect.any(Secret),
      attempts: 3,
      compress: true,
      tags: ['a'],
      headers: { 'x-a': '1' },
    });
    expect(JSON.stringify(sinks)).not.toContain('12345678');
  });

  test('puts the file above the defaults of the sink, and those above the defaults of the program', async () => {
    const { sinks } = await load(
      'sinks: { librato: { token: t, options: { email: a@b.io }, batch: { max_records: 7 }, retry: { give_up_after: 1h } } }\n',
    );

    expect(sinks[0]?.batch).toEqual({ maxRecords: 7, maxBytes: 512 * 1024, maxWaitMs: 1_000 });
    expect(sinks[0]?.queue).toMatchObject({ concurrency: 2, ordered: true });
    expect(sinks[0]?.retry.giveUpAfterMs).toBe(3_600_000);
  });

  test('takes an npm package as the type of a sink', async () => {
    const { sinks } = await load('sinks: { kafka: { type: "@acme/tallyman-sink-kafka" } }\n');

    expect(sinks[0]).toMatchObject({ name: 'kafka', type: '@acme/tallyman-sink-kafka' });
  });
});

describe('the reader of stats', () => {
  const file = (host: string, reader: string) =>
    `engine: { host: "${host}" }\ncollect: { stats: { reader: ${reader} } }\nsinks: { stdout: {} }\n`;

  test('may not be the control groups of this host where the engine is on another', async () => {
    expect(await complaints(file('tcp://10.0.0.5:2375', 'cgroup'))).toEqual([
      'c.yaml:2:29  collect.stats.reader: cgroup reads the files of this host, and the engine is reached over the network; use auto or engine, or run the agent on the host of the engine with a unix socket',
    ]);
  });

  test('may be left open anywhere, and be the control groups beside a socket', async () => {
    expect(await complaints(file('tcp://10.0.0.5:2375', 'auto'))).toEqual([]);
    expect(await complaints(file('unix:///run/docker.sock', 'cgroup'))).toEqual([]);
  });
});

describe('the bounds of a lane', () => {
  test('that are defaults give way to what the file says', async () => {
    const { sinks } = await load(
      sinksWith(`${options}, queue: { memory: 256KiB }, retry: { max_delay: 100ms }`),
    );

    expect(sinks[0]?.queue).toMatchObject({ memoryBytes: 262_144, inFlightBytes: 262_144 });
    expect(sinks[0]?.batch.maxBytes).toBe(262_144);
    expect(sinks[0]?.retry).toMatchObject({ firstDelayMs: 100, maxDelayMs: 100 });
  });

  test.each([
    [
      'batch: { max_bytes: 9MiB }',
      'batch.max_bytes: is more than queue.in_flight (8MiB); lower it, or raise the other',
    ],
    [
      'queue: { in_flight: 17MiB }',
      'queue.in_flight: is more than queue.memory (16MiB); lower it, or raise the other',
    ],
    [
      'retry: { first_delay: 1m }',
      'retry.first_delay: is more than retry.max_delay (30s); lower it, or raise the other',
    ],
    ['batch: { max_records: 0 }', 'batch.max_records: expected at least 1, found the number 0'],
    ['queue: { memory: 0B }', 'queue.memory: has to be more than 0B'],
    ['retry: { attempt_timeout: 0s }', 'retry.attempt_timeout: has to be more than 0s'],
    [
      'retry: { give_up_after: 0s }',
      'retry.give_up_after: expected never or a duration such as 10s (more than 0s), found "0s"',
    ],
    [
      'queue: { concurrency: 1.5 }',
      'queue.concurrency: expected a whole number, found the number 1.5',
    ],
    [
      'queue: { memory: 64 }',
      'queue.memory: expected a size such as 64MiB, found the number 64; write 64MiB (units: B, kB, MB, GB, KiB, MiB, GiB)',
    ],
    [
      'queue: { when_full: drop }',
      'queue.when_full: expected wait, drop_oldest or drop_newest, found "drop"',
    ],
  ])('%s is refused', async (entry, message) => {
    const said = await complaints(sinksWith(`${options}, ${entry}`));

    expect(said.map((line) => line.replace(/^c.yaml:1:\d+ {2}sinks.hook./, ''))).toEqual([message]);
  });

  test('may be zero where zero has a meaning', async () => {
    const said = await complaints(
      sinksWith(`${options}, batch: { max_wait: 0s }, queue: { disk: 0B }`),
    );

    expect(said).toEqual([]);
  });
});

describe('a mistake in the grammar is told with what was probably meant', () => {
  test.each([
    ['interval: 5s', 'interval: unknown key; interval belongs under collect.stats'],
    ['sink: {}', 'sink: unknown key; did you mean sinks?'],
    [
      'colour: red',
      'colour: unknown key; known here: engine, collect, select, fields, state, admin, sinks',
    ],
    ['tags: [a]', 'tags: is reserved for a later version; remove it'],
    ['max_wait: 5s', 'max_wait: unknown key; max_wait belongs under sinks.NAME.batch'],
    [
      'select: { include: [{ names: a }] }',
      'select.include[0].names: unknown key; did you mean name?',
    ],
    ['select: { include: [{}] }', 'select.include[0]: is empty; write at least one entry'],
    ['select: { include: web }', 'select.include: expected a list, found text'],
    [
      'collect: { logs: { count: [{ name: a }] } }',
      'collect.logs.count[0].pattern: is required: regular expression (JavaScript), tried on every line',
    ],
    [
      'collect: { logs: { start_at: begining } }',
      'collect.logs.start_at: expected beginning, now or a duration such as 10s, found "begining"; did you mean beginning?',
    ],
    [
      'collect: { logs: { start_at: 5 } }',
      'collect.logs.start_at: expected beginning, now or a duration such as 10s, found the number 5; write 5s (units: ms, s, m, h, d)',
    ],
    [
      'collect: { logs: { max_line: } }',
      'collect.logs.max_line: has no value; write one, or remove the key',
    ],
    [
      'admin: { listen: 9180 }',
      'admin.listen: expected HOST:PORT such as 127.0.0.1:9180, unix:///path, or none, found "9180"',
    ],
    ['fields: { a: [b] }', 'fields.a: expected text, found a list'],
    ['collect: yes', 'collect: expected a mapping, found text'],
  ])('%s', async (line, message) => {
    const said = await complaints(`${line}\nsinks: { stdout: {} }\n`);

    expect(said.map((one) => one.replace(/^c.yaml:1:\d+ {2}/, ''))).toEqual([message]);
  });

  test.each([
    ['max_records: 5', 'max_records: unknown key; max_records belongs under sinks.hook.batch'],
    ['url: "http://h"', 'url: unknown key; url belongs under sinks.hook.options'],
    [
      'timeot: 5s',
      'timeot: unknown key; known here: type, token, tokens, match, options, batch, queue, retry',
    ],
    ['level: 5', 'level: is reserved for a later version; remove it'],
    [
      'opts: {}',
      'opts: unknown key; known here: type, token, tokens, match, options, batch, queue, retry',
    ],
    [
      'match: { kinds: [log] }',
      'match.kinds[0]: expected logs, stats or events, found "log"; did you mean logs?',
    ],
    ['match: { kinds: [logs, logs] }', 'match.kinds: names the same twice'],
  ])('in a sink: %s', async (entry, message) => {
    const said = await complaints(sinksWith(`${options}, ${entry}`));

    expect(said.map((one) => one.replace(/^c.yaml:1:\d+ {2}sinks.hook./, ''))).toEqual([message]);
  });

  test.each([
    ['{}', 'url: is required: where records are posted'],
    ['{ url: here }', 'url: expected a URL such as https://example.com/path, found text'],
    ['{ url: "http://h", token: abc }', 'token: unknown key; token belongs under sinks.hook'],
    ['{ url: "http://h", attempts: 10 }', 'attempts: expected at most 9, found the number 10'],
    [
      '{ url: "http://h", timeout: 5 }',
      'timeout: expected a duration such as 10s, found the number 5; write 5s (units: ms, s, m, h, d)',
    ],
    ['{ url: "http://h", signing_key: short }', 'signing_key: is shorter than 8 characters'],
    ['{ url: "http://h", headers: [a] }', 'headers: expected a mapping, found a list'],
    [
      '{ url: "http://h", json: true }',
      'json: unknown key; known here: url, timeout, max_body, signing_key, attempts, compress, tags, headers',
    ],
  ])('in options: %s', async (text, message) => {
    const said = await complaints(sinksWith(`options: ${text}`));

    expect(said.map((one) => one.replace(/^c.yaml:1:\d+ {2}sinks.hook.options./, ''))).toEqual([
      message,
    ]);
  });
});

test('each option that is missing is reported', async () => {
  const said = await complaints('sinks: { terse: {} }\n');

  expect(said).toEqual([
    'c.yaml:1:10  sinks.terse.options.a: is required',
    'c.yaml:1:10  sinks.terse.options.b: is required',
  ]);
});

test('a sink that describes its options wrongly is named, and the file is not blamed', async () => {
  const said = await complaints('sinks: { botched: {} }\n');

  expect(said).toEqual([
    'c.yaml:1:10  sinks.botched: the sink botched: options.properties.a: pattern: Invalid regular expression: /(/u: Unterminated group',
  ]);
});

describe('sinks', () => {
  test.each([
    ['{}', '1:8  sinks: is empty; write at least one entry'],
    ['[stdout]', '1:8  sinks: expected a mapping, found a list'],
    ['stdout', '1:8  sinks: expected a mapping, found text'],
    [
      '{ stdot: {} }',
      '1:10  sinks.stdot: there is no sink of type "stdot"; did you mean stdout? (the type defaults to the name)',
    ],
    [
      '{ out: { type: outdated } }',
      '1:23  sinks.out.type: outdated 2.0.0 needs SDK 2, this agent has SDK 1',
    ],
    [
      '{ Out: { type: stdout }, out: { type: stdout } }',
      '1:33  sinks.out: differs from Out in capitals only; rename one',
    ],
    [
      '{ "a,b": { type: stdout } }',
      '1:10  sinks["a,b"]: is no name: a name begins with a letter or digit, then letters, digits, ".", "_" and "-", 63 at most',
    ],
  ])('%s is refused', async (text, message) => {
    expect(await complaints(`sinks: ${text}\n`)).toEqual([`c.yaml:${message}`]);
  });
});
