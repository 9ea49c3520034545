import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { weightAt, weightOf } from '../../src/decode/weight.ts';
import { joined } from '../../src/ship/joined.ts';
import { idsOf, linesOf, record } from './records.ts';

const anyParts = fc
  .array(fc.nat({ max: 5 }), { maxLength: 6 })
  .map((sizes) =>
    sizes.map((size, at) => Array.from({ length: size }, (_, index) => record(`${at}:${index}`))),
  );

test('parts that are joined are read like one array, in whatever order', () => {
  fc.assert(
    fc.property(anyParts, fc.array(fc.integer({ min: -30, max: 30 })), (parts, indexes) => {
      const [all, whole] = [parts.flat(), joined(parts)];

      expect(whole.length).toBe(all.length);
      expect(idsOf(whole)).toEqual(idsOf(all));
      expect(indexes.map((index) => whole.at(index))).toEqual(
        indexes.map((index) => all.at(index)),
      );
      expect(all.map((_, index) => weightAt(whole, index))).toEqual(all.map(weightOf));
    }),
  );
});

test('slices of parts that are joined are those of one array', () => {
  const place = fc.nat({ max: 30 });
  fc.assert(
    fc.property(anyParts, place, place, place, place, (parts, from, to, then, until) => {
      const slice = joined(parts).slice(from, to).slice(then, until);

      expect(idsOf(slice)).toEqual(idsOf(parts.flat().slice(from, to).slice(then, until)));
    }),
  );
});

test('a single part stays what it is', () => {
  const { records } = linesOf('a', 0, 3);

  expect(joined([records])).toBe(records);
});
