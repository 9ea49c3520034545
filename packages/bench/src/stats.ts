import type { DockerClient } from '@tallyman/testkit/docker';
import type { BenchSettings } from './benchmark.ts';
import { budgets, type Verdict, verdictOf } from './budgets.ts';
import { sleeping, startContainers } from './containers.ts';
import { figure, medianOf } from './figures.ts';
import { EngineProcesses } from './measure/engine-usage.ts';
import { inTurn, type Runs } from './measure/round-robin.ts';
import { npmPeers } from './peers/npm.ts';
import type { Report } from './report.ts';
import {
  intervalSeconds,
  type StatReader,
  type StatsRun,
  statContenders,
} from './stat-contenders.ts';

/** What it takes to know the use of many containers every ten seconds, beside streams of samples of all of them. */
export async function stats(client: DockerClient, settings: BenchSettings): Promise<Report> {
  const { containers = 200, seconds = 60, peers } = settings;
  const engine = await EngineProcesses.at(client.socketPath);
  settings.tell(`starting ${containers} containers`);
  await startContainers(client, containers, { name: 'stats', command: () => sleeping });
  const contenders = await statContenders({ client, engine, containers, seconds }, peers);
  // Each has its own time to settle instead of a round that is not counted.
  const runs = await inTurn(contenders, { ...settings, warmUps: 0 });
  return {
    tables: [{ title: `Stats of ${containers} containers, ${seconds} s`, rows: rowsOf(runs) }],
    verdicts: verdictsOf(runs),
    notes: [
      `tallyman: interval ${intervalSeconds}s, to the stdout sink`,
      'streams: GET /containers/ID/stats?stream=1 of all, read and thrown away by one Node process',
      `docker-stats: ${npmPeers['docker-stats']}; --statsinterval ${intervalSeconds}`,
      'nobody: what the engine uses when nothing is asked of it; it is not taken off the others',
    ],
    runs,
    failures: runs.flatMap((each) => missedSamples(each, seconds)),
  };
}

function missedSamples({ name, samples }: Runs<StatsRun>, seconds: number): string[] {
  // The window begins and ends between two samples.
  const expected = Math.floor(seconds / intervalSeconds) - 1;
  return samples.flatMap(({ fewestSamples = expected }) =>
    fewestSamples >= expected
      ? []
      : [`${name}: a container had ${fewestSamples} samples in ${seconds} s, not ${expected}`],
  );
}

function rowsOf(runs: readonly Runs<StatsRun>[]): string[][] {
  const streamed = engineSeconds(runs, 'streams');
  const rows = runs.map(({ name, samples }) => {
    const of = (pick: (run: StatsRun) => number | undefined) =>
      medianOf(samples.map((sample) => pick(sample) ?? Number.NaN));
    const engine = of(
      ({ dockerdSeconds, containerdSeconds }) => dockerdSeconds + containerdSeconds,
    );
    return [
      name,
      figure(of(({ dockerdSeconds }) => dockerdSeconds)),
      figure(of(({ containerdSeconds }) => containerdSeconds)),
      figure(streamed === undefined ? undefined : engine / streamed, 3),
      figure(of(({ cpuSeconds }) => cpuSeconds)),
      figure(
        of(({ peakRssMiB }) => peakRssMiB),
        1,
      ),
      figure(
        of(({ fewestSamples }) => fewestSamples),
        0,
      ),
      figure(medianOf(samples.map(({ load }) => load)), 1),
    ];
  });
  return [
    [
      '',
      'dockerd CPU s',
      'containerd CPU s',
      'both ÷ streams',
      'own CPU s',
      'peak RSS MiB',
      'samples, at least',
      'load',
    ],
    ...rows,
  ];
}

function verdictsOf(runs: readonly Runs<StatsRun>[]): Verdict[] {
  const streamed = engineSeconds(runs, 'streams') ?? Number.NaN;
  const ratio = (reader: StatReader) =>
    (engineSeconds(runs, `tallyman, reader: ${reader}`) ?? Number.NaN) / streamed;
  return [
    verdictOf(budgets.statsCpu, ratio('engine')),
    verdictOf(budgets.cgroupStatsCpu, ratio('cgroup')),
  ];
}

function engineSeconds(runs: readonly Runs<StatsRun>[], name: string): number | undefined {
  const found = runs.find((each) => each.name === name);
  return (
    found &&
    medianOf(
      found.samples.map(
        ({ dockerdSeconds, containerdSeconds }) => dockerdSeconds + containerdSeconds,
      ),
    )
  );
}
