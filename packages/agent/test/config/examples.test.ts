// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';
import { findSinks } from '../../src/sinks/catalogue.ts';
import { catalogue } from './catalogue.ts';
import { complaints } from './loading.ts';

const folder = join(import.meta.dirname, '../../../../config');
const files = await readdir(folder, { recursive: true });
const yamls = files.filter((name) => name.endsWith('.yaml'));

// Of the sinks that come with the agent, whatever is installed on this machine.
const builtIn = findSinks([]);

const loaded = (name: string) =>
  loadConfig({ path: join(folder, name), env: {}, catalogue: builtIn });

describe('what people may copy from config/ works as it stands', () => {
  test.each(yamls)('%s', async (name) => {
    const { sinks, notes } = await loaded(name);

    expect(sinks.length).toBeGreaterThan(0);
    expect(notes).toEqual([]);
  });

  test.each(yamls)('%s keeps to the grammar where it is commented out, too', async (name) => {
    const text = await readFile(join(folder, name), 'utf8');
    const uncommented = text.replace(/^(\s*)# (?=\s*[a-z_]+:(?: |$))/gm, '$1');

    const said = await complaints(uncommented, { CLUSTER_NAME: 'a' });

    // What is shown side by side need not fit together, and the sinks and variables are not there.
    const ofSinks = /^c.yaml:\S+ {2}(engine\.tls|sinks\.\w+\.(options|token)|\S+: \$\{)/;
    expect(said.filter((line) => !ofSinks.test(line))).toEqual([]);
  });
});

describe('the schema for editors', () => {
  let validate: ValidateFunction;
  let validateBuiltIn: ValidateFunction;
  beforeAll(async () => {
    const ajv = new Ajv2020({ strict: false });
    formats.default(ajv);
    validate = ajv.compile(await configSchema(catalogue));
    validateBuiltIn = ajv.compile(await configSchema(builtIn));
  });
  const isValid = (text: string) => validate(parse(text, { merge: true }));

  test.each(yamls)('finds nothing wrong with %s', async (name) => {
    const tree = parse(await readFile(join(folder, name), 'utf8'), { merge: true });

    expect(validateBuiltIn(tree)).toBe(true);
  });

  test.each(yamls)('is named in %s, for editors to find it', async (name) => {
    const text = await readFile(join(folder, name), 'utf8');

    const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text) ?? [];
    expect(join(folder, dirname(name), path)).toBe(join(folder, 'tallyman.schema.json'));
  });

  test.each([
    'sinks: { stdout: { options: { format: json } } }',
    'sinks: { out: { type: webhook, token: 0123, options: { url: "${URL}", attempts: "${N}" } } }',
    'collect:\n  logs:\nsinks: { stdout: { batch: { max_wait: "${WAIT}" } } }',
  ])('allows %s', (text) => {
    expect(isValid(text)).toBe(true);
  });

  test.each([
    'sinks: { stdout: { options: { format: xml } } }',
    'sinks: { stdout: { option: {} } }',
    'sinks: { out: { type: webhook, options: { url: "http://h", atempts: 3 } } }',
    'collect: { stats: { interval: 10 } }\nsinks: { stdout: {} }',
    'collect: { logs: { start_at: soon } }\nsinks: { stdout: {} }',
    'collect: {}',
  ])('shows what is wrong with %s', (text) => {
    expect(isValid(text)).toBe(false);
  });
});

test('config.yaml shows every default', async () => {
  const shown = await loaded('config.yaml');
  const least = await loadConfig({
    path: 'least.yaml',
    text: 'sinks: { stdout: {} }',
    env: {},
    catalogue: builtIn,
  });

  expect(shown).toEqual(least);
});
