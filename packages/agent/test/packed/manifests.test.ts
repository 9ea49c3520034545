import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const workspace = manifestIn('package.json');
const manifests = globSync('packages/*/package.json', { cwd: root }).sort().map(manifestIn);
const published = manifests.filter((manifest) => manifest.private !== true);
const { version } = manifestIn('packages/agent/package.json');

test('all packages and the image have one version', () => {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');

  expect(new Set(manifests.map((manifest) => manifest.version))).toEqual(new Set([version]));
  expect(dockerfile).toContain(`\nARG VERSION=${version}\n`);
});

test('benchmarks and the ledger test are never published', () => {
  const kept = manifests.filter((manifest) => manifest.private === true).map(({ name }) => name);

  expect(kept).toEqual(['@tallyman/bench', '@tallyman/faults']);
});

describe.each(published.map((manifest) => [manifest.name, manifest] as const))(
  '%s',
  (_, manifest) => {
    test('says what it is and on which terms', () => {
      const { folder } = manifest;

      expect(manifest).toMatchObject({
        description: expect.stringMatching(/^\p{Lu}.*\.$/u),
        keywords: expect.arrayContaining(['tallyman', 'docker']),
        license: 'MIT',
        type: 'module',
        engines: { node: '>=24' },
        publishConfig: { access: 'public', provenance: true },
      });
      expect(existsSync(join(root, folder, 'README.md'))).toBe(true);
    });

    test('says where it comes from, once that is known', () => {
      const { homepage, bugs, repository } = workspace;
      const { folder } = manifest;

      expect(manifest.homepage).toBe(homepage?.replace('#', `/tree/main/${folder}#`));
      expect(manifest.bugs).toBe(bugs);
      expect(manifest.repository).toEqual(repository && { ...repository, directory: folder });
    });

    test('exports what is built from a source that is there', () => {
      const targets = Object.entries<Readonly<Record<string, string>> | string>(
        manifest.exports ?? {},
      )
        .filter(([subpath]) => subpath !== './package.json')
        .map(([, target]) => target);

      for (const target of targets) {
        expect(target).toEqual({
          types: expect.stringMatching(/^\.\/dist\/.*\.d\.ts$/),
          default: expect.stringMatching(/^\.\/dist\/.*\.js$/),
        });
        for (const file of Object.values(target))
          expect(existsSync(join(root, manifest.folder, sourceOf(file)))).toBe(true);
      }
      // A program has no module for others; without `exports` every file would be one.
      expect(manifest.exports).toBeDefined();
      expect(targets.length + Object.keys(manifest.bin ?? {}).length).toBeGreaterThan(0);
    });

    test('has its siblings from the same release', () => {
      const own = (list: Readonly<Record<string, string>> = {}) =>
        Object.entries(list).filter(([name]) => name.startsWith('@tallyman/'));
      const siblings = [...own(manifest.dependencies), ...own(manifest.peerDependencies)];

      expect(siblings.filter(([, range]) => range !== 'workspace:^')).toEqual([]);
    });
  },
);

describe.each(
  published
    .filter(({ name }) => name.startsWith('@tallyman/sink-'))
    .map((each) => [each.name, each] as const),
)('%s', (name, manifest) => {
  test('is a sink package like any other, and says of its sink what the sink says', async () => {
    const { default: sink } = await import(name);

    const { type, stability, accepts } = sink;
    expect(manifest.tallyman.sinks).toEqual({
      [type]: { module: './dist/index.js', stability, accepts },
    });
    expect(manifest.peerDependencies).toEqual({ '@tallyman/sdk': 'workspace:^' });
  });
});

function manifestIn(file: string) {
  return { ...JSON.parse(readFileSync(join(root, file), 'utf8')), folder: dirname(file) };
}

function sourceOf(built: string): string {
  return built.replace('./dist/', 'src/').replace(/(\.d)?\.(ts|js)$/, '.ts');
}
