import type { DockerClient } from '@tallyman/testkit/docker';
import { BenchAgent } from './agent.ts';
import type { BenchSettings } from './benchmark.ts';
import { printingSteadily, startContainers } from './containers.ts';
import { unsettled } from './failures.ts';
import { figure, medianOf } from './figures.ts';
import { logentriesTo, logsOnly } from './logentries-sink.ts';
import { EngineProcesses } from './measure/engine-usage.ts';
import { inTurn, type Runs } from './measure/round-robin.ts';
import { cpuPercent, pause, usageInWindow, type WindowUsage } from './measure/window.ts';
import type { Chart } from './plot/chart.ts';
import { lineFit } from './plot/line-fit.ts';
import type { Report, Table } from './report.ts';
import { TimedReceiver } from './timed-receiver.ts';

const settleSeconds = 5;
const yLabel = "agent's CPU, % of a core";

/** What is printed, and to how many sinks it goes. */
interface Load {
  readonly containers: number;
  /** Of each container. */
  readonly linesPerSecond: number;
  readonly lineBytes: number;
  readonly sinks: number;
}

interface Series {
  readonly title: string;
  readonly xLabel: string;
  readonly values: readonly number[];
  /** What the slope is given for. */
  readonly per: { readonly count: number; readonly what: string };
  loadFor(value: number): Load;
  /** Where a point lies; absent: at its value. */
  readonly xOf?: (run: GrowthRun) => number;
}

interface GrowthRun extends WindowUsage {
  readonly linesPerSecond: number;
  readonly peakRssMiB: number;
  readonly failures: readonly string[];
}

const usual: Load = { containers: 1, linesPerSecond: 2_000, lineBytes: 120, sinks: 1 };

const allSeries: readonly Series[] = [
  {
    title: 'Lines a second',
    xLabel: 'lines/s, of 120 B, from one container',
    values: [1_000, 2_500, 5_000, 10_000, 20_000],
    per: { count: 1_000, what: '1,000 lines/s' },
    loadFor: (linesPerSecond) => ({ ...usual, linesPerSecond }),
    // A container that waits a tenth of a second between bursts prints a little less than it is asked to.
    xOf: ({ linesPerSecond }) => linesPerSecond,
  },
  {
    title: 'Containers',
    xLabel: 'containers, 10 lines/s each',
    values: [10, 25, 50, 100, 200],
    per: { count: 100, what: '100 containers' },
    loadFor: (containers) => ({ ...usual, containers, linesPerSecond: 10 }),
  },
  {
    title: 'Sinks',
    xLabel: 'sinks, 2,000 lines/s to each',
    values: [1, 2, 4, 8],
    per: { count: 1, what: 'sink' },
    loadFor: (sinks) => ({ ...usual, sinks }),
  },
  {
    title: 'Length of lines',
    xLabel: 'bytes in a line, 2,000 lines/s',
    values: [100, 500, 1_000, 2_000, 4_000],
    per: { count: 1_000, what: '1,000 B' },
    loadFor: (lineBytes) => ({ ...usual, lineBytes }),
  },
];

/** How the agent's CPU grows with what it is given, and how far that is from a straight line. */
export async function growth(client: DockerClient, settings: BenchSettings): Promise<Report> {
  const { seconds = 15, containers = Number.POSITIVE_INFINITY } = settings;
  const engine = await EngineProcesses.at(client.socketPath);
  const tables: Table[] = [];
  const charts: Chart[] = [];
  const all: Runs<GrowthRun>[] = [];
  for (const series of allSeries) {
    const within = series.values.filter((value) => series.loadFor(value).containers <= containers);
    // A line takes two points.
    const values = within.length < 2 ? series.values.slice(0, 2) : within;
    const contenders = values.map((value) => ({
      name: `${series.title}: ${value}`,
      run: () => runOf(series.loadFor(value), { client, engine, seconds }),
    }));
    const runs = await inTurn(contenders, { ...settings, warmUps: 0 });
    const chart = chartOf(series, values, runs);
    tables.push(tableOfSeries(chart, runs, series.per));
    charts.push(chart);
    all.push(...runs);
  }
  return {
    tables,
    charts,
    notes: [
      'farthest: the distance of the farthest point from the line of least squares, as a share of the largest measured figure',
    ],
    runs: all,
    failures: all.flatMap(({ name, samples }) =>
      samples.flatMap(({ failures }) => failures.map((failure) => `${name}: ${failure}`)),
    ),
  };
}

async function runOf(
  { containers, linesPerSecond, lineBytes, sinks }: Load,
  { client, engine, seconds }: { client: DockerClient; engine: EngineProcesses; seconds: number },
): Promise<GrowthRun> {
  await using receiver = await TimedReceiver.start();
  const command = printingSteadily({ linesPerSecond, bytes: lineBytes });
  await startContainers(client, containers, { name: 'steady', command: () => command });
  const names = Array.from({ length: sinks }, (_, at) => `sink-${at}`);
  const config = Object.fromEntries(names.map((name) => [name, logentriesTo(receiver)]));
  const { socketPath } = client;
  try {
    await using agent = await BenchAgent.start(logsOnly(config, client, { socketPath }));
    await pause(settleSeconds);
    await receiver.reset();
    const used = await usageInWindow(seconds, engine, async () => (await agent.usage()).cpuSeconds);
    const { sinceRead } = await receiver.figures();
    const { peakRssMiB } = await agent.usage();
    const failures = unsettled(await agent.stop());
    const arrivedPerSecond = sinceRead.count / sinks / used.seconds;
    return { ...used, linesPerSecond: arrivedPerSecond, peakRssMiB, failures };
  } finally {
    await client.cleanup();
  }
}

function chartOf(
  { title, xLabel, xOf }: Series,
  values: readonly number[],
  runs: readonly Runs<GrowthRun>[],
): Chart {
  const points = runs.map(({ samples }, at) => ({
    x: xOf ? medianOf(samples.map(xOf)) : (values[at] ?? Number.NaN),
    y: medianOf(samples.map(cpuPercent)),
  }));
  const { intercept, slope } = lineFit(points);
  return { title, xLabel, yLabel, points, fit: { intercept, slope } };
}

function tableOfSeries(chart: Chart, runs: readonly Runs<GrowthRun>[], per: Series['per']): Table {
  const { intercept, slope, rSquared, farthest } = lineFit(chart.points);
  const rows = chart.points.map(({ x, y }, at) => {
    const { samples = [] } = runs[at] ?? {};
    const of = (name: 'linesPerSecond' | 'peakRssMiB' | 'load') =>
      medianOf(samples.map((sample) => sample[name]));
    return [
      figure(x, 0),
      figure(of('linesPerSecond'), 0),
      figure(y, 1),
      figure(intercept + slope * x, 1),
      figure(of('peakRssMiB'), 1),
      figure(of('load'), 1),
    ];
  });
  const growing = `${figure(slope * per.count)} per ${per.what}`;
  return {
    title: `${chart.title}: CPU % = ${figure(intercept)} + ${growing}; R² ${figure(rSquared, 4)}, farthest ${figure(farthest * 100, 1)} %`,
    rows: [[chart.xLabel, 'lines/s read', yLabel, 'on the line', 'peak RSS MiB', 'load'], ...rows],
  };
}
