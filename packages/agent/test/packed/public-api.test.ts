import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { exportedNames } from '../support/exported-names.ts';

const packages = fileURLToPath(new URL('../../..', import.meta.url));

/** What others build on: docs/decisions/0017-what-is-public.md. */
describe.each(['sdk', 'http-kit', 'testkit'])('@tallyman/%s', (name) => {
  const folder = join(packages, name);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const modules = Object.entries<{ readonly default: string }>(exports).map(
    ([subpath, target]) => [subpath, sourceOf(folder, target.default)] as const,
  );

  test('exports what public-api.txt says, nothing less and nothing more', () => {
    const written = readFileSync(join(folder, 'public-api.txt'), 'utf8');

    const found = modules.flatMap(([subpath, file]) => [
      subpath,
      ...[...exportedNames(file)]
        .map(([each, kind]) => `  ${each}${kind === 'type' ? ' (type)' : ''}`)
        .sort(),
    ]);

    expect(found).toEqual(written.trimEnd().split('\n'));
  });

  test.each(modules)('has each value of %s at run time', async (_, file) => {
    const values = [...exportedNames(file)].filter(([, kind]) => kind === 'value');

    const loaded: object = await import(file);

    expect(Object.keys(loaded).sort()).toEqual(values.map(([each]) => each).sort());
  });
});

function sourceOf(folder: string, built: string): string {
  const file = join(folder, built.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
  if (!existsSync(file)) throw new Error(`reading the exports of ${folder}: ${file} is missing`);
  return file;
}
