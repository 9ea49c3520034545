import { describe, expect, test } from '@jest/globals';
import { growthFailures, growthOf, type Holding } from '../src/steadiness.ts';

const looks = 40;
const seriesOf = (at: (index: number) => Partial<Holding>): Holding[] =>
  Array.from({ length: looks }, (_, index) => ({
    atSeconds: index * 5,
    containers: index * 50,
    openHandles: 200,
    rssMiB: 100,
    ...at(index),
  }));
const failuresOf = (series: readonly Holding[]) => growthFailures(growthOf(series), 200);

describe('what a process holds over time', () => {
  test('may rise while it warms up', () => {
    const warming = seriesOf((index) => (index < looks / 4 ? { rssMiB: 60, openHandles: 20 } : {}));

    expect(failuresOf(warming)).toEqual([]);
  });

  test('may swing', () => {
    const swinging = seriesOf((index) => ({
      rssMiB: 100 + (index % 3) * 15,
      openHandles: 200 + (index % 5) * 10,
    }));

    expect(failuresOf(swinging)).toEqual([]);
  });

  test('must not pile up: handles', () => {
    const leaking = seriesOf((index) => ({ openHandles: 200 + index * 2 }));

    expect(failuresOf(leaking)).toEqual(['40 open handles more after 1000 containers; at most 30']);
  });

  test('must not pile up: memory', () => {
    const leaking = seriesOf((index) => ({ rssMiB: 100 + index * 2 }));

    expect(failuresOf(leaking)).toEqual(['40.0 MiB more after 1000 containers; at most 30']);
  });
});
