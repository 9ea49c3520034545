import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { referencePages } from '../../src/docs/reference.ts';
import { findSinks } from '../../src/sinks/catalogue.ts';

const root = join(import.meta.dirname, '../../../..');
const pages = await referencePages();

describe('docs/reference', () => {
  test.each([...pages])(
    'has %s as the code says it; `pnpm reference` brings it up to date',
    async (name, text) => {
      expect(await readFile(join(root, 'docs/reference', name), 'utf8')).toBe(text);
    },
  );

  test('has no page of a sink that is gone', async () => {
    const kept = await readdir(join(root, 'docs/reference'));

    expect(kept.filter((name) => name.startsWith('sink-')).sort()).toEqual(
      [...pages.keys()].filter((name) => name.startsWith('sink-')).sort(),
    );
  });
});

/** A value for every variable that a page uses: a token, an address or a URL. */
function envOf(text: string): Readonly<Record<string, string>> {
  const names = [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, valueFor(name)]));
}

function valueFor(name: string): string {
  if (name.endsWith('_EMAIL')) return 'ops@example.com';
  if (name.endsWith('_URL')) return 'https://metrics.example.com';
  return '00000000-0000-0000-0000-000000000000';
}

const checked = [
  'docs/guides/deploy.md',
  'docs/guides/live-views.md',
  'docs/guides/migrate.md',
  'docs/guides/operate.md',
  'docs/guides/troubleshoot.md',
  'docs/specs/delivery.md',
  'README.md',
  'packages/sink-librato/README.md',
  'packages/sink-logentries/README.md',
  ...[...pages.keys()].map((name) => `docs/reference/${name}`),
];

describe.each(checked)('%s', (page) => {
  test('has only configurations that load', async () => {
    const text = await readFile(join(root, page), 'utf8');
    const blocks = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = '']) => yaml);
    const whole = blocks.filter((yaml) => /^sinks:/m.test(yaml));

    const catalogue = findSinks([]);
    const env = envOf(text);
    const loaded = whole.map((yaml) => loadConfig({ path: page, text: yaml, env, catalogue }));
    expect((await Promise.all(loaded)).map(({ sinks }) => sinks.length > 0)).toEqual(
      whole.map(() => true),
    );
  });

  test('links only to what is there', async () => {
    const text = await readFile(join(root, page), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);

    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });
});

test('docs/specs/delivery.md names a test for each clause, and each of them is there', async () => {
  const text = await readFile(join(root, 'docs/specs/delivery.md'), 'utf8');
  const clauses = text.split('\n').filter((line) => /^\d+\. /.test(line));

  expect(clauses.length).toBeGreaterThan(0);
  const tests = clauses.map((clause) =>
    [...clause.matchAll(/`(packages\/\S+\.test\.ts)`/g)].map(([, file = '']) => file),
  );
  expect(clauses.filter((_, index) => tests[index]?.length === 0)).toEqual([]);
  expect(tests.flat().filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
