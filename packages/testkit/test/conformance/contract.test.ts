import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { clauses } from '@tallyman/testkit/conformance';
import { resultText } from '../../src/conformance/report-text.ts';

const root = join(import.meta.dirname, '../../../..');
const text = readFileSync(join(root, 'docs/specs/sink.md'), 'utf8');

interface Written {
  readonly number: string;
  readonly text: string;
  /** What stands out at its beginning. */
  readonly sentence: string | undefined;
  readonly tests: readonly string[];
}

/** The clauses of sections 1 to 7. The eighth is about the agent alone. */
const written = text
  .split(/^## /m)
  .filter((section) => /^[1-7]\. /.test(section))
  .flatMap((section) =>
    [...section.matchAll(/^(\d+)\. (.*)$/gm)].slice(1).map(
      ([, number = '', clause = '']): Written => ({
        number: `${section[0]}.${number}`,
        text: clause,
        sentence: /^\*\*(.+?)\*\*/.exec(clause)?.[1],
        tests: [...clause.matchAll(/`(packages\/\S+\.test\.ts)`/g)].map(([, file = '']) => file),
      }),
    ),
  );

const bindSinks = written.filter(({ sentence }) => sentence !== undefined);

test('docs/specs/sink.md and the suite have the same clauses, in the same words and order', () => {
  const suite = Object.entries(clauses).map(([number, { sentence }]) => ({ number, sentence }));

  expect(bindSinks.map(({ number, sentence }) => ({ number, sentence }))).toEqual(suite);
});

test('every other clause names a test that holds the runtime to it', () => {
  const others = written.filter(({ sentence }) => sentence === undefined);

  expect(others.length).toBeGreaterThan(20);
  expect(others.filter(({ tests }) => tests.length === 0).map(({ number }) => number)).toEqual([]);
});

test('every test that a clause names is there', () => {
  const named = written.flatMap(({ tests }) => tests);

  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('clauses are numbered without a gap', () => {
  const sections = Map.groupBy(written, ({ number }) => number.split('.')[0]);

  for (const [section, list] of sections)
    expect(list.map(({ number }) => number)).toEqual(list.map((_, at) => `${section}.${at + 1}`));
});

test('a failure names the section of its clause, in the contract as it is packed', () => {
  const sections = [...text.matchAll(/^## (\d)\. /gm)].map(([, number]) => number);
  const fault = { expected: '', seen: '', whatToDo: '' };

  const named = bindSinks.map(({ number, sentence = '' }) => {
    if (!(number in clauses)) throw new Error(`the suite has no ${number}`);
    const clause = number as keyof typeof clauses;
    const said = resultText({ clause, sentence, outcome: 'failed', fault });
    return /@tallyman\/testkit\/contract\.md, section (\d)$/.exec(said)?.[1];
  });

  expect(named.filter((section) => !sections.includes(section))).toEqual([]);
});
