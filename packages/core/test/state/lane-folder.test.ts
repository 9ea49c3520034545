import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesIn, laneFolder, laneOfFolder } from '../../src/state/lane-folder.ts';
import { Folder } from './folder.ts';

const name = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom('', '.', '..', '%', '../../etc', 'a/b', 'NUL\0', 'x'.repeat(500)),
);

test.each(['librato', 'logs-eu.1', 'A_b', '7'])('a usual name is its folder: %s', (usual) => {
  expect(laneFolder(usual)).toBe(usual);
});

test('any name has a folder of its own inside the directory', () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      const folder = laneFolder(one);

      expect(folder).toMatch(/^[A-Za-z0-9_%-][A-Za-z0-9._%~-]{0,200}$/);
      expect(join('/lanes', folder)).toBe(`/lanes/${folder}`);
      expect(folder === laneFolder(other)).toBe(one === other);
      if (!folder.includes('~') && one !== '') expect(laneOfFolder(folder)).toBe(one);
    }),
  );
});

test('a directory weighs what its files do, at any depth, and nothing where it is not there', async () => {
  using folder = new Folder();
  writeFileSync(folder.at('one'), 'x'.repeat(1_000));
  writeFileSync(folder.at('two'), 'x'.repeat(24));

  expect(await bytesIn(folder.path)).toBe(1_024);
  expect(await bytesIn(folder.at('nowhere'))).toBe(0);
});
