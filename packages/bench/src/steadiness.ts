import { medianOf } from './figures.ts';

/** What a process has at a moment. */
export interface Holding {
  readonly atSeconds: number;
  /** Containers that had come so far. */
  readonly containers: number;
  readonly openHandles: number;
  readonly rssMiB: number;
}

/** What it had more in the last quarter of a series than in the second, as medians. */
export interface Growth {
  readonly openHandles: number;
  readonly rssMiB: number;
  /** Containers that came in between. */
  readonly containers: number;
}

/** The first quarter is left out: caches fill, and the heap finds its size. */
export function growthOf(series: readonly Holding[]): Growth {
  const quarter = Math.floor(series.length / 4);
  const early = series.slice(quarter, 2 * quarter);
  const late = series.slice(-quarter);
  const between = (name: 'openHandles' | 'rssMiB' | 'containers') =>
    medianOf(late.map((each) => each[name])) - medianOf(early.map((each) => each[name]));
  return {
    openHandles: between('openHandles'),
    rssMiB: between('rssMiB'),
    containers: between('containers'),
  };
}

// How many containers are there at a moment varies, and each has a connection: that is no growth.
const handlesPerLiveContainer = 0.1;
// What lies between two collections: two semi-spaces of 2 MiB each (bin/tallyman.js), and the growth of the old
// generation, buffers included, by as much as its 25 MiB (heap-growth.ts). A leak of 16 KiB a container is found within
// 1,920 of them.
const rssSwingMiB = 30;

/** What has grown beyond what a process in balance does. */
export function growthFailures(
  { openHandles, rssMiB, containers }: Growth,
  liveContainers: number,
): string[] {
  const handleBound = 10 + handlesPerLiveContainer * liveContainers;
  return [
    ...(openHandles > handleBound
      ? [`${openHandles} open handles more after ${containers} containers; at most ${handleBound}`]
      : []),
    ...(rssMiB > rssSwingMiB
      ? [`${rssMiB.toFixed(1)} MiB more after ${containers} containers; at most ${rssSwingMiB}`]
      : []),
  ];
}
