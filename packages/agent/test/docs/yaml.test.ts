import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse, stringify } from 'yaml';
import { metricSections } from '../../src/admin/metrics/sections.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { findSinks } from '../../src/sinks/catalogue.ts';
import { type Block, blocksIn, blocksOf, documents, noted, root, textOf } from './markdown.ts';

/**
 * What the comment above a block of YAML says. Without one, it is a whole configuration.
 *
 * - `file: NAME`: a whole configuration of this name
 * - `part`: sections of a configuration, without a sink
 * - `part of sinks.NAME`: what stands below a sink of this type
 * - `mistake`, `mistake: NAME`: a configuration that is refused with the very words of the next block
 * - `prometheus`: a configuration or rules of Prometheus
 */
const blocks = blocksIn('yaml');
const folders = new Map<string, string>();
const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
const isValid = ajv.compile(JSON.parse(textOf('config/tallyman.schema.json')));
afterAll(() => {
  for (const folder of folders.values()) rmSync(folder, { recursive: true });
});

describe('each YAML block of the documents', () => {
  test('is found', () => {
    expect(blocks.length).toBeGreaterThan(15);
  });

  const loaded = blocks.filter(({ note }) => !/^(mistake\b|prometheus$)/.test(note));
  test.each(loaded)(
    '$at is a configuration that loads, and editors see nothing wrong with it',
    async (block) => {
      const text = wholeOf(block);
      const { sinks } = await load(block, text, envOf(text));

      expect(sinks.length).toBeGreaterThan(0);
      expect(editorsSee(text)).toEqual([]);
    },
  );

  const mistakes = blocks.filter(({ note }) => /^mistake\b/.test(note));
  test.each(mistakes)('$at is refused with the words that stand below it', async (block) => {
    const all = blocksOf(block.document);
    const next = all[all.findIndex(({ at }) => at === block.at) + 1];

    const refusal = await load(block, block.text, {}).then(
      () => new Error('it loads'),
      (error: unknown) => error,
    );

    expect(refusal).toBeInstanceOf(ConfigError);
    expect(`${(refusal as ConfigError).message}\n`).toBe(next?.text);
  });

  test('is there to each refusal that is shown of a file beside the reader', () => {
    const refusal = /^[^\s/]+\.yaml:\d+:\d+ {2}/m;
    const shown = blocksIn('text').filter(({ text }) => refusal.test(text));
    const answers = mistakes.map(({ at, document }) => {
      const all = blocksOf(document);
      return all[all.findIndex((block) => block.at === at) + 1]?.at;
    });

    expect(shown.map(({ at }) => at).filter((at) => !answers.includes(at))).toEqual([]);
  });

  const scraped = blocks.filter(({ note }) => note === 'prometheus');
  test.each(scraped)('$at is what Prometheus takes', ({ text }) => {
    const tree = parse(text);

    if ('groups' in tree)
      for (const { rules } of tree.groups)
        for (const rule of rules)
          expect(rule).toMatchObject({ alert: expect.any(String), expr: expect.any(String) });
    else expect(tree.scrape_configs[0]).toMatchObject({ job_name: expect.any(String) });
  });
});

test('each metric that a document names is there', () => {
  const metrics = metricSections.flatMap(({ metrics }) => metrics.map(({ name }) => name));
  const named = documents.flatMap((document) =>
    [...textOf(document).matchAll(/\btallyman_[a-z_]+\b/g)].map(([name]) => `${document}: ${name}`),
  );

  expect(named.length).toBeGreaterThan(metrics.length);
  expect(named.filter((name) => !metrics.includes(name.replace(/^.*: /, '')))).toEqual([]);
});

/** What the schema in config/ has against a configuration. */
function editorsSee(text: string): readonly unknown[] {
  return isValid(parse(text, { merge: true })) ? [] : [...(isValid.errors ?? [])];
}

function wholeOf(block: Block): string {
  if (block.note === '' || noted(block, 'file') !== undefined) return block.text;
  if (block.note === 'part') return stringify({ ...parse(block.text), sinks: { stdout: {} } });
  const [, type] = /^part of sinks\.(\S+)$/.exec(block.note) ?? [];
  if (type === undefined) throw new Error(`${block.at}: the comment "${block.note}" means nothing`);
  const token = type === 'stdout' ? {} : { token: placeholder };
  return stringify({ sinks: { [type]: { ...token, ...parse(block.text) } } });
}

const placeholder = '00000000-0000-0000-0000-000000000000';

/** Loads a configuration, with the sinks that its document shows as files. */
function load(block: Block, text: string, env: Readonly<Record<string, string>>) {
  return loadConfig({
    path: noted(block, 'file') ?? noted(block, 'mistake') ?? 'config.yaml',
    text,
    env,
    catalogue: findSinks(sinkFoldersOf(block.document)),
  });
}

/** Where the sinks of a document are: in the folders of its files, and beside it if it is that of an example. */
function sinkFoldersOf(document: string): Parameters<typeof findSinks>[0] {
  const folder = folders.get(document) ?? folderOf(document);
  folders.set(document, folder);
  const names = blocksOf(document).flatMap((block) => noted(block, 'file') ?? []);
  const inFolders = names.filter((name) => name.includes('/'));
  const sinkFolders = new Set(inFolders.map((name) => name.slice(0, name.indexOf('/'))));
  const paths = [...sinkFolders].map((name) => join(folder, name));
  if (document.startsWith('examples/')) paths.push(join(root, 'examples'));
  return paths.map((path) => ({ path, presence: 'must-exist' }));
}

function folderOf(document: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tallyman-docs-'));
  for (const block of blocksOf(document)) {
    const name = noted(block, 'file');
    if (name === undefined) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), block.text);
  }
  return folder;
}

/** A value for every variable without a default: a token, an address or a URL. */
function envOf(text: string): Readonly<Record<string, string>> {
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, valueFor(name)]));
}

function valueFor(name: string): string {
  if (name.endsWith('_EMAIL')) return 'ops@example.com';
  return name.endsWith('_URL') ? 'https://metrics.example.com' : placeholder;
}
