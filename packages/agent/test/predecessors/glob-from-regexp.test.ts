import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { globOf } from '../../../core/src/route/glob.ts';
import { globFromRegexp } from '../../src/predecessors/glob-from-regexp.ts';

test.each([
  ['demo-', 'name', '*demo-*'],
  ['^/demo-', 'name', 'demo-*'],
  ['^\\/web-\\d$', 'name', '{web-0,web-1,web-2,web-3,web-4,web-5,web-6,web-7,web-8,web-9}'],
  ['^/(web|api)$', 'name', '{web,api}'],
  ['/web', 'name', 'web*'],
  ['^.web.+$', 'name', 'web?*'],
  ['^.*shop', 'name', '*shop*'],
  ['^/a[bc-d]e?$', 'name', '{abe,ab,ace,ac,ade,ad}'],
  ['', 'name', '*'],
  ['redis|^postgres:', 'image', '{*redis*,postgres:*}'],
  ['^registry\\.example\\.com/', 'image', 'registry.example.com/*'],
  ['(?:a.*?|b)c', 'image', '{*a*c*,*bc*}'],
] as const)('%j on the %s is the glob %s', (pattern, subject, glob) => {
  expect(globFromRegexp(pattern, subject)).toEqual({ glob });
});

test.each([
  ['^demo$', 'name', 'never matched: it saw names with a slash in front, such as /web'],
  ['a/b', 'name', 'never matched: it saw names with a slash in front, such as /web'],
  ['^(?!redis)', 'image', 'looks ahead, looks behind or names a group'],
  ['a+', 'image', 'repeats something other than "." with +'],
  ['a{2}', 'image', 'repeats something other than "." with {2}'],
  ['[^a]', 'image', 'excludes characters with [^…]'],
  ['\\w', 'image', 'uses \\w'],
  ['(a)\\1', 'image', 'uses \\1'],
  ['\\*', 'image', 'means a "*" itself'],
  ['a^', 'image', 'has ^ or $ inside'],
  ['\\d\\d', 'image', 'stands for more than 64 texts'],
  ['(', 'image', expect.stringMatching(/^is no regular expression: /)],
] as const)('%j on the %s is no glob: it %s', (pattern, subject, fault) => {
  expect(globFromRegexp(pattern, subject)).toEqual({ fault });
});

test('a glob matches exactly what the expression did', () => {
  const piece = fc.constantFrom('a', 'b', '-', '.', '.*', '.+', '[ab]', '(a|b)', 'a?', '\\.', '|');
  const pattern = fc
    .tuple(
      fc.constantFrom('', '^', '^/'),
      fc.array(piece, { maxLength: 6 }),
      fc.constantFrom('', '$'),
    )
    .map(([start, pieces, end]) => start + pieces.join('') + end);
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.'), minLength: 1, maxLength: 8 });

  fc.assert(
    fc.property(pattern, name, (regexp, container) => {
      const translation = globFromRegexp(regexp, 'name');
      fc.pre('glob' in translation);
      if ('glob' in translation)
        expect(globOf(translation.glob)(container)).toBe(new RegExp(regexp).test(`/${container}`));
    }),
    { numRuns: 2_000 },
  );
});
