import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { globOf } from '../../src/route/glob.ts';

/** The slow way: try everything. Knows braces without nesting, given as lists. */
function matches(pattern: readonly (string | readonly string[])[], text: string): boolean {
  const [part, ...rest] = pattern;
  if (part === undefined) return text === '';
  if (typeof part !== 'string')
    return part.some((choice) => matches([...choice.split(''), ...rest], text));
  if (part === '*')
    return Array.from({ length: text.length + 1 }, (_, n) => text.slice(n)).some((left) =>
      matches(rest, left),
    );
  return text !== '' && (part === '?' || part === text[0]) && matches(rest, text.slice(1));
}

describe('a glob', () => {
  test.each([
    ['web-*', 'web-1', true],
    ['web-*', 'web-', true],
    ['web-*', 'my-web-1', false],
    ['*', '', true],
    ['*', 'a/b:c', true],
    ['', '', true],
    ['', 'a', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['*.io/*', 'ghcr.io/a/b', true],
    ['{web,db}-1', 'db-1', true],
    ['{web,db}-1', 'web,db-1', false],
    ['{a,b{c,d}}x', 'bdx', true],
    ['{a,b{c,d}}x', 'bx', false],
    ['x{,-old}', 'x', true],
    ['x{,-old}', 'x-old', true],
    ['{a*,?}', 'abc', true],
    ['web.1', 'webx1', false],
    ['[ab]+(c)', '[ab]+(c)', true],
  ])('%s on "%s": %s', (pattern, text, wanted) => {
    expect(globOf(pattern)(text)).toBe(wanted);
  });

  test.each(['{', '}', 'a{b', 'a}b', '{a}', '{}', '{a,b', '{{a}', 'a\\b'])(
    '%s stands for itself',
    (pattern) => {
      expect(globOf(pattern)(pattern)).toBe(true);
      expect(globOf(pattern)('a')).toBe(false);
    },
  );

  test('matches exactly what trying everything matches', () => {
    const letter = fc.constantFrom('a', 'b', '-');
    const simple = fc.constantFrom('a', 'b', '-', '*', '?');
    const choice = fc.array(simple, { maxLength: 3 }).map((parts) => parts.join(''));
    const braces = fc.array(choice, { minLength: 2, maxLength: 3 });
    const pattern = fc.array(fc.oneof({ weight: 4, arbitrary: simple }, braces), { maxLength: 7 });
    const text = fc.array(letter, { maxLength: 8 }).map((letters) => letters.join(''));
    fc.assert(
      fc.property(pattern, text, (parts, subject) => {
        const written = parts.map((part) =>
          typeof part === 'string' ? part : `{${part.join(',')}}`,
        );

        expect(globOf(written.join(''))(subject)).toBe(matches(parts, subject));
      }),
      { numRuns: 2_000 },
    );
  });

  test('never stalls, whatever is written', () => {
    const startedMs = performance.now();
    for (const pattern of [
      `${'*a'.repeat(30)}b`,
      `${'{a,b}'.repeat(40)}c`,
      '{'.repeat(5_000),
      `${'{a,'.repeat(500)}b${'}'.repeat(500)}`,
    ])
      globOf(pattern)('a'.repeat(5_000));

    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});
