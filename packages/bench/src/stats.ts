import { fileURLToPath } from 'node:url';
import type { ContainerStat } from '@tallyman/sdk';
import type { DockerClient } from '@tallyman/testkit';
import { BenchAgent } from './agent.ts';
import type { BenchSettings } from './benchmark.ts';
import { budgets, verdictOf } from './budgets.ts';
import { sleeping, startContainers } from './containers.ts';
import { figure, medianOf } from './figures.ts';
import { EngineProcesses } from './measure/engine-usage.ts';
import { type Contender, inTurn, type Runs } from './measure/round-robin.ts';
import { pause, usageInWindow, type WindowUsage } from './measure/window.ts';
import { npmCommand, npmPeers } from './peers/npm.ts';
import { PeerProcess } from './peers/process.ts';
import { isWanted } from './peers/selection.ts';
import type { Report } from './report.ts';

const streamsProgram = fileURLToPath(new URL('stats-streams-process.js', import.meta.url));
const intervalSeconds = 10;
// More than an interval: each container has had its first sample.
const settleSeconds = 15;
const quiescentSeconds = 5;

type StatReader = 'engine' | 'cgroup';

interface StatsRun extends WindowUsage {
  readonly peakRssMiB?: number;
  /** The fewest samples of a container in the window, where they are counted. */
  readonly fewestSamples?: number;
}

interface Setting {
  readonly client: DockerClient;
  readonly engine: EngineProcesses;
  readonly containers: number;
  readonly seconds: number;
}

/** What it takes to know the use of many containers every ten seconds, beside streams of samples of all of them. */
export async function stats(client: DockerClient, settings: BenchSettings): Promise<Report> {
  const { containers = 200, seconds = 60, peers } = settings;
  const engine = await EngineProcesses.at(client.socketPath);
  const setting = { client, engine, containers, seconds };
  settings.tell(`starting ${containers} containers`);
  await startContainers(client, containers, { name: 'stats', command: () => sleeping });
  const contenders = [
    nobody(setting),
    tallyman(setting, 'engine'),
    tallyman(setting, 'cgroup'),
    ...(isWanted('streams', peers) ? [streams(setting)] : []),
    ...(isWanted('docker-stats', peers) ? [await dockerStats(setting)] : []),
  ];
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

function verdictsOf(runs: readonly Runs<StatsRun>[]) {
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

function nobody({ engine, seconds }: Setting): Contender<StatsRun> {
  const run = async () => {
    await pause(quiescentSeconds);
    return usageInWindow(seconds, engine, async () => 0);
  };
  return { name: 'nobody', run };
}

function tallyman(
  { client, engine, containers, seconds }: Setting,
  reader: StatReader,
): Contender<StatsRun> {
  const run = async () => {
    const counts = new Map<string, number>();
    const config = {
      engine: { host: `unix://${client.socketPath}` },
      collect: {
        logs: { enabled: false },
        stats: { interval: `${intervalSeconds}s`, reader },
        events: { enabled: false },
      },
      select: { include: [{ name: `${client.prefix}*` }] },
      sinks: { stdout: { options: { format: 'json' } } },
    };
    await using agent = await BenchAgent.start<ContainerStat>(config, ({ container: { id } }) =>
      counts.set(id, (counts.get(id) ?? 0) + 1),
    );
    await pause(settleSeconds);
    counts.clear();
    const used = await usageInWindow(seconds, engine, async () => (await agent.usage()).cpuSeconds);
    const fewestSamples = counts.size < containers ? 0 : Math.min(...counts.values());
    return { ...used, peakRssMiB: (await agent.usage()).peakRssMiB, fewestSamples };
  };
  return { name: `tallyman, reader: ${reader}`, run };
}

function streams(setting: Setting): Contender<StatsRun> {
  const { client } = setting;
  return peerOf(setting, 'streams', [
    process.execPath,
    streamsProgram,
    client.socketPath,
    client.prefix,
  ]);
}

async function dockerStats(setting: Setting): Promise<Contender<StatsRun>> {
  const command = await npmCommand('docker-stats');
  const args = ['--statsinterval', `${intervalSeconds}`, '--matchByName', setting.client.prefix];
  return peerOf(setting, 'docker-stats', [...command, ...args]);
}

function peerOf(
  { client, engine, seconds }: Setting,
  name: string,
  command: readonly string[],
): Contender<StatsRun> {
  const env = { DOCKER_HOST: `unix://${client.socketPath}` };
  const run = async () => {
    await using peer = new PeerProcess(command, { env });
    await pause(settleSeconds);
    const used = await usageInWindow(seconds, engine, async () => (await peer.usage()).cpuSeconds);
    return { ...used, peakRssMiB: (await peer.usage()).peakRssMiB };
  };
  return { name, run };
}
