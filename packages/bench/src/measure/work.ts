import { figure, medianOf } from '../figures.ts';
import { type EngineProcesses, type EngineUsage, usedBetween } from './engine-usage.ts';
import type { ProcessUsage } from './process-usage.ts';
import type { Runs } from './round-robin.ts';

/** What moving so many lines took: of the agent or peer, and of the engine meanwhile. */
export interface Work extends ProcessUsage, EngineUsage {
  readonly wallSeconds: number;
  /** Different lines that arrived; absent where they went to /dev/null. */
  readonly arrived?: number;
}

/** Does it, and says what the engine used meanwhile. */
export async function besideEngine<Own extends object>(
  engine: EngineProcesses,
  work: () => Promise<Own>,
): Promise<Own & EngineUsage> {
  const before = await engine.usage();
  const own = await work();
  return { ...own, ...usedBetween(before, await engine.usage()) };
}

/** A contender's medians, by the name of the figure. */
export type Medians = Readonly<Record<keyof ProcessUsage | keyof EngineUsage, number>> & {
  readonly wallSeconds: number;
  readonly load: number;
};

export function mediansOf({ samples }: Runs<Work>): Medians {
  const of = (name: keyof Medians) => medianOf(samples.map((sample) => sample[name]));
  return {
    wallSeconds: of('wallSeconds'),
    cpuSeconds: of('cpuSeconds'),
    peakRssMiB: of('peakRssMiB'),
    dockerdSeconds: of('dockerdSeconds'),
    containerdSeconds: of('containerdSeconds'),
    load: of('load'),
  };
}

/** Agent and engine together. */
export function hostSeconds(medians: Medians): number {
  return medians.cpuSeconds + medians.dockerdSeconds + medians.containerdSeconds;
}

/** Rows of a table with a row for each contender; ratios are to the first. */
export function workRows(
  runs: readonly Runs<Work>[],
  { lines, printed }: { lines: number; printed: string },
): string[][] {
  const [first] = runs;
  const base = first && mediansOf(first);
  const rows = runs.map((each) => {
    const medians = mediansOf(each);
    const { wallSeconds, cpuSeconds, peakRssMiB, dockerdSeconds, containerdSeconds } = medians;
    return [
      each.name,
      figure(wallSeconds),
      figure(wallSeconds / (base?.wallSeconds ?? Number.NaN)),
      figure(lines / wallSeconds, 0),
      figure(cpuSeconds),
      figure(cpuSeconds / (base?.cpuSeconds ?? Number.NaN)),
      figure(dockerdSeconds + containerdSeconds),
      figure(hostSeconds(medians)),
      figure(peakRssMiB, 1),
      lostOf(each, lines),
      figure(medians.load, 1),
    ];
  });
  const name = first?.name ?? '';
  return [
    [
      printed,
      'wall s',
      `÷ ${name}`,
      'lines/s',
      'CPU s',
      `÷ ${name}`,
      'engine CPU s',
      'both CPU s',
      'peak RSS MiB',
      'lost, at worst',
      'load',
    ],
    ...rows,
  ];
}

function lostOf({ samples }: Runs<Work>, lines: number): string {
  const lost = samples.flatMap(({ arrived }) => (arrived === undefined ? [] : [lines - arrived]));
  return lost.length === 0 ? 'not counted' : `${Math.max(...lost)}`;
}
