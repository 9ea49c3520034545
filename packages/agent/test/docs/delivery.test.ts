import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root, textOf } from './markdown.ts';

test('docs/specs/delivery.md names a test for each clause, and each of them is there', () => {
  const clauses = textOf('docs/specs/delivery.md')
    .split('\n')
    .filter((line) => /^\d+\. /.test(line));

  expect(clauses.length).toBeGreaterThan(0);
  const tests = clauses.map((clause) =>
    [...clause.matchAll(/`(packages\/\S+\.test\.ts)`/g)].map(([, file = '']) => file),
  );
  expect(clauses.filter((_, index) => tests[index]?.length === 0)).toEqual([]);
  expect(tests.flat().filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
