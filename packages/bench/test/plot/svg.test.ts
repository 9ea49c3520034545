import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Chart } from '../../src/plot/chart.ts';
import { svgOf } from '../../src/plot/svg.ts';
import { tickLabel, ticksTo } from '../../src/plot/ticks.ts';

const chart: Chart = {
  title: 'Lines & <bytes>',
  xLabel: 'lines/s',
  yLabel: 'CPU, % of a core',
  points: [
    { x: 1_000, y: 10 },
    { x: 2_000, y: 19 },
  ],
  fit: { intercept: 1, slope: 0.009 },
};

describe('the plot', () => {
  test('has both labels, a point for each figure, the fitted line and a legend', () => {
    const svg = svgOf([chart]);

    expect(svg).toContain('>lines/s</text>');
    expect(svg).toContain('>CPU, % of a core</text>');
    // One more in the legend.
    expect(svg.match(/<circle/g)).toHaveLength(chart.points.length + 1);
    expect(svg.match(/class="fit"/g)).toHaveLength(2);
    expect(svg).toContain('>measured</text>');
  });

  test('escapes text', () => {
    expect(svgOf([chart])).toContain('Lines &amp; &lt;bytes&gt;');
  });

  test('has colours for dark pages as well', () => {
    expect(svgOf([chart])).toContain('prefers-color-scheme: dark');
  });

  test('has a panel for each chart, each in a place of its own', () => {
    const places = svgOf([chart, chart, chart]).match(
      /<g transform="translate\(\d+ \d+\)">\n<text/g,
    );

    expect(new Set(places).size).toBe(3);
  });

  test('keeps every point inside, whatever the figures', () => {
    const coordinate = fc.double({ min: 0, max: 1e7, noNaN: true });
    const points = fc.array(fc.record({ x: coordinate, y: coordinate }), { minLength: 1 });
    fc.assert(
      fc.property(points, (each) => {
        const svg = svgOf([{ ...chart, points: each }]);

        const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
        const placed = [...svg.matchAll(/cx="([^"]+)" cy="([^"]+)"/g)];
        expect(placed.every(([, x]) => Number(x) >= 0 && Number(x) <= Number(width))).toBe(true);
        expect(placed.every(([, , y]) => Number(y) >= 0 && Number(y) <= Number(height))).toBe(true);
      }),
    );
  });
});

describe('ticks', () => {
  test.each([
    [20_000, [0, 5_000, 10_000, 15_000, 20_000]],
    [0.9, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [8, [0, 2, 4, 6, 8]],
  ])('up to %d are round', (largest, ticks) => {
    expect(ticksTo(largest)).toEqual(ticks);
  });

  test('begin at 0, reach the largest and are not many', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (largest) => {
        const ticks = ticksTo(largest);

        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(largest * (1 - 1e-6));
        expect(ticks.length).toBeLessThanOrEqual(7);
      }),
    );
  });

  test('are labelled with a separator for thousands', () => {
    expect([tickLabel(20_000), tickLabel(0.2)]).toEqual(['20,000', '0.2']);
  });
});
