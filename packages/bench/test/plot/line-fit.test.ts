import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lineFit } from '../../src/plot/line-fit.ts';

describe('a line through points', () => {
  test('is that line where all points lie on one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: -1000, max: 1000 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 2 }),
        (intercept, slope, xs) => {
          const fit = lineFit(xs.map((x) => ({ x, y: intercept + slope * x })));

          expect(fit.intercept).toBeCloseTo(intercept, 4);
          expect(fit.slope).toBeCloseTo(slope, 4);
          expect(fit.farthest).toBeCloseTo(0, 6);
        },
      ),
    );
  });

  test('has the least squares, and says how much it explains and how far the farthest point is', () => {
    const points = [0, 1, 2, 3].map((x) => ({ x, y: x === 3 ? 7 : 2 * x }));

    const fit = lineFit(points);

    // Normal equations by hand: the slope is 11.5 / 5.
    expect(fit.slope).toBeCloseTo(2.3);
    expect(fit.intercept).toBeCloseTo(-0.2);
    expect(fit.farthest).toBeCloseTo(0.4 / 7);
    expect(fit.rSquared).toBeCloseTo(1 - 0.3 / 26.75);
  });

  test('is flat through equal figures, and explains them', () => {
    const fit = lineFit([1, 2, 3].map((x) => ({ x, y: 5 })));

    expect(fit).toEqual({ intercept: 5, slope: 0, rSquared: 1, farthest: 0 });
  });

  test('takes two different x', () => {
    expect(() =>
      lineFit([
        { x: 1, y: 1 },
        { x: 1, y: 2 },
      ]),
    ).toThrow('different x');
  });
});
