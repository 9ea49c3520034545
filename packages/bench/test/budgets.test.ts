import { describe, expect, test } from '@jest/globals';
import { type Budget, verdictOf, verdictRows } from '../src/budgets.ts';

const memory: Budget = { what: 'peak RSS', budget: 130, stretch: 90, unit: 'MiB' };

describe('a verdict', () => {
  test.each([
    [89.9, 'stretch met'],
    [90, 'stretch met'],
    [90.1, 'met'],
    [130, 'met'],
    [130.1, 'missed'],
  ])('of %d against 130 and 90 is "%s"', (measured, verdict) => {
    expect(verdictOf(memory, measured)).toEqual({ ...memory, measured, verdict });
  });

  test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY])(
    'of %d is that nothing was measured, not that a budget is kept',
    (measured) => {
      expect(verdictOf(memory, measured)).toEqual({ ...memory, verdict: 'not measured' });
    },
  );

  test('is shown beside what was measured and both bounds, with the unit', () => {
    const rows = verdictRows([verdictOf(memory, 101.26), verdictOf(memory, undefined)]);

    expect(rows.slice(1)).toEqual([
      ['peak RSS', '101 MiB', '≤ 130 MiB', '≤ 90 MiB', 'met'],
      ['peak RSS', '–', '≤ 130 MiB', '≤ 90 MiB', 'not measured'],
    ]);
  });
});
