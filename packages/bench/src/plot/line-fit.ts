import type { Point } from './chart.ts';

/** The straight line through points whose squared distances are the least. */
export interface LineFit {
  readonly intercept: number;
  readonly slope: number;
  /** Of the variance, what the line explains: 1 for points on it. */
  readonly rSquared: number;
  /** The farthest point's distance from the line, as a share of the largest measured figure. */
  readonly farthest: number;
}

/** Needs two different x at least; throws otherwise. */
export function lineFit(points: readonly Point[]): LineFit {
  const mean = (of: (point: Point) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const varianceX = mean(({ x }) => (x - meanX) ** 2);
  if (!(varianceX > 0)) throw new Error('fitting a line: it takes two points with different x');
  const slope = mean(({ x, y }) => (x - meanX) * (y - meanY)) / varianceX;
  const intercept = meanY - slope * meanX;
  const distances = points.map(({ x, y }) => Math.abs(y - intercept - slope * x));
  const varianceY = mean(({ y }) => (y - meanY) ** 2);
  const left = distances.reduce((sum, distance) => sum + distance ** 2, 0) / points.length;
  return {
    intercept,
    slope,
    rSquared: varianceY === 0 ? 1 : 1 - left / varianceY,
    farthest:
      Math.max(...distances) / Math.max(...points.map(({ y }) => Math.abs(y)), Number.MIN_VALUE),
  };
}
