// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { catalogue } from './catalogue.ts';
import { complaints, complaintsOf } from './loading.ts';

const broken = join(import.meta.dirname, 'broken');

const expected: Readonly<Record<string, readonly string[]>> = {
  'unknown-key.yaml': ['c.yaml:3:5  collect.stats.intervall: unknown key; did you mean interval?'],
  'wrong-type.yaml': ['c.yaml:3:14  collect.logs.enabled: expected true or false, found "yes"'],
  'bad-duration.yaml': [
    'c.yaml:2:22  collect.stats.interval: expected a duration such as 10s, found the number 10; write 10s (units: ms, s, m, h, d)',
  ],
  'unquoted-glob.yaml': [
    'c.yaml:3:13  select.include[0].name: an unquoted * starts an alias, and no anchor of that name comes before it; quote it: "*web"',
  ],
  'duplicate-key.yaml': [
    'c.yaml:6:7  sinks.stdout.batch.max_wait: is given twice; the first is in line 4',
  ],
  'tab.yaml': ['c.yaml:3:1  a tab in the indentation; YAML wants spaces'],
  'unset-variable.yaml': [
    'c.yaml:2:24  fields.cluster: ${CLUSTER_NAME} is not set; set it, or give a default: ${CLUSTER_NAME:-…}',
  ],
  'unknown-sink.yaml': [
    'c.yaml:3:11  sinks.metrics.type: there is no sink of type "libratto"; did you mean librato?',
  ],
  'missing-token.yaml': [
    'c.yaml:3:3  sinks.metrics.token: is required: librato needs a token; write token, or tokens.KIND for single kinds',
  ],
  'bad-option.yaml': [
    'c.yaml:6:17  sinks.hook.options.attempts: expected a whole number, found "many"',
  ],
  'empty-file.yaml': [
    'c.yaml:1:1  is empty; the least that is needed is a sink, such as: sinks: { stdout: {} }',
  ],
  'several-mistakes.yaml': [
    'c.yaml:2:17  engine.host: ssh://…@build-7: ssh is not supported; use a unix or tcp address, or an SSH tunnel: ssh -NL /tmp/docker.sock:/var/run/docker.sock HOST',
    'c.yaml:4:3  collect.interval: unknown key; interval belongs under collect.stats',
    'c.yaml:5:22  collect.stats.interval: expected a duration such as 10s, found "1 minute"; write 1m (units: ms, s, m, h, d)',
    'c.yaml:7:38  collect.logs.count[0].pattern: expected a regular expression, found "(": Invalid regular expression: /(/: Unterminated group',
    'c.yaml:8:17  select.mode: expected all or labelled, found "labeled"; did you mean labelled?',
    'c.yaml:9:21  fields.cluster: ${CLUSTER_NAME} is not set; set it, or give a default: ${CLUSTER_NAME:-…}',
    'c.yaml:11:3  sinks.metrics.token: is required: librato needs a token; write token, or tokens.KIND for single kinds',
    'c.yaml:13:5  sinks.metrics.options.email: is required: address of the account',
    'c.yaml:14:39  sinks.metrics.queue.in_flight: is more than queue.memory (4MiB); lower it, or raise the other',
    'c.yaml:17:13  sinks.hook.token: ${HOOK_TOKEN} is not set; set it, or give a default: ${HOOK_TOKEN:-…}',
    'c.yaml:18:44  sinks.hook.options.timeouts: unknown key; did you mean timeout?',
    'c.yaml:19:5  sinks.hook.json: is reserved for a later version; remove it',
  ],
};

describe('a broken file is refused with the place of every mistake and what to do', () => {
  test.each(Object.keys(expected))('%s', async (name) => {
    const text = await readFile(join(broken, name), 'utf8');

    const said = await complaints(text);

    expect(said).toEqual(expected[name]);
  });

  test('each broken file of the folder is tested', async () => {
    expect((await readdir(broken)).sort()).toEqual(Object.keys(expected).sort());
  });
});

describe('a file that cannot be read', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tallyman-config-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  const saidAbout = (path: string) => complaintsOf(() => loadConfig({ path, env: {}, catalogue }));

  test('does not exist', async () => {
    const path = join(directory, 'absent.yaml');

    expect(await saidAbout(path)).toEqual([
      `${path}:1:1  does not exist; create it, or name another file`,
    ]);
  });

  test('is a directory', async () => {
    expect(await saidAbout(directory)).toEqual([
      `${directory}:1:1  is a directory; name the file in it`,
    ]);
  });

  test('leads back to itself', async () => {
    const path = join(directory, 'loop.yaml');
    await symlink(path, path);

    expect(await saidAbout(path)).toEqual([
      `${path}:1:1  is a symbolic link that leads back to itself`,
    ]);
  });

  test('belongs to somebody else', async () => {
    const path = join(directory, 'private.yaml');
    await writeFile(path, 'sinks: { stdout: {} }', { mode: 0o000 });

    const mayReadAll = process.getuid?.() === 0;
    expect(await saidAbout(path)).toEqual(
      mayReadAll ? [] : [`${path}:1:1  may not be read by this user; change its owner or mode`],
    );
  });

  test('is not UTF-8', async () => {
    const path = join(directory, 'latin1.yaml');
    await writeFile(path, Buffer.from('fields: { city: Köln }', 'latin1'));

    expect(await saidAbout(path)).toEqual([`${path}:1:1  is not UTF-8 text; save it as UTF-8`]);
  });

  test('is far too large', async () => {
    const path = join(directory, 'large.yaml');
    await writeFile(path, '#'.repeat(2 * 1024 * 1024));

    expect(await saidAbout(path)).toEqual([
      `${path}:1:1  is larger than 1 MiB; is this the right file?`,
    ]);
  });
});
