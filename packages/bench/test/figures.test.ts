import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { figure, markdownTableOf, medianOf, p99Of, percentileOf, tableOf } from '../src/figures.ts';

const figures = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 });

describe('the median', () => {
  test('is the middle one, whatever the order', () => {
    expect(medianOf([9, 1, 5])).toBe(5);
  });

  test('of an even number is the mean of the two in the middle', () => {
    expect(medianOf([4, 1, 100, 2])).toBe(3);
  });

  test('of nothing is no number', () => {
    expect(medianOf([])).toBeNaN();
  });

  test('has as many figures above it as below it', () => {
    fc.assert(
      fc.property(figures, (all) => {
        const median = medianOf(all);

        const above = all.filter((each) => each > median).length;
        const below = all.filter((each) => each < median).length;
        expect(Math.max(above, below)).toBeLessThanOrEqual(all.length / 2);
      }),
    );
  });
});

describe('a percentile', () => {
  test('is a figure that so many of a hundred do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);

    expect([percentileOf(hundred, 50), p99Of(hundred), percentileOf(hundred, 100)]).toEqual([
      50, 99, 100,
    ]);
  });

  test('is one of the figures, and the hundredth is the largest', () => {
    fc.assert(
      fc.property(figures, fc.integer({ min: 1, max: 100 }), (all, percent) => {
        expect(all).toContain(percentileOf(all, percent));
        expect(percentileOf(all, 100)).toBe(all.reduce((most, each) => Math.max(most, each)));
      }),
    );
  });
});

describe('a table', () => {
  test('has columns of equal width and nothing behind the last', () => {
    const rows = [
      ['', 'wall s'],
      ['tallyman', '5.1'],
    ];

    expect(tableOf(rows)).toBe('          wall s\ntallyman  5.1');
  });

  test('in Markdown has its first row as head, and a bar in a cell stays in it', () => {
    const rows = [['tool', 'flags'], ['a|b']];

    expect(markdownTableOf(rows).split('\n')).toEqual([
      '| tool | flags |',
      '| ---- | ----- |',
      '| a\\|b |       |',
    ]);
  });

  test('shows a dash where there is no figure', () => {
    expect([figure(1.005, 1), figure(undefined), figure(Number.NaN)]).toEqual(['1.0', '–', '–']);
  });
});
