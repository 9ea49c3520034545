import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { referencePages } from '../../src/docs/reference.ts';
import { root } from './markdown.ts';

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
