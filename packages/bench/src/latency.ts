import type { DockerClient } from '@tallyman/testkit/docker';
import { BenchAgent } from './agent.ts';
import type { BenchSettings } from './benchmark.ts';
import { type Budget, budgets, type Verdict, verdictOf } from './budgets.ts';
import { printingTimes, startContainers } from './containers.ts';
import { unsettled } from './failures.ts';
import { figure, medianOf } from './figures.ts';
import { type LogReader, logentriesTo, logsOnly } from './logentries-sink.ts';
import { EngineProcesses } from './measure/engine-usage.ts';
import { inTurn, type Runs } from './measure/round-robin.ts';
import { cpuPercent, pause, usageInWindow, type WindowUsage } from './measure/window.ts';
import type { Report } from './report.ts';
import { type TimedAnswer, TimedReceiver } from './timed-receiver.ts';

const linesPerSecond = 20;
const few = 50;
const many = 200;
const settleSeconds = 8;

interface LatencyRun extends WindowUsage, Pick<TimedAnswer, 'sinceRead' | 'sincePrinted'> {
  readonly peakRssMiB: number;
  readonly failures: readonly string[];
}

interface Case {
  readonly containers: number;
  readonly reader: LogReader;
  /** Absent: the default. */
  readonly maxWait?: string;
}

/** How late lines are, and what following many containers takes, when each prints 20 lines a second. */
export async function latency(client: DockerClient, settings: BenchSettings): Promise<Report> {
  const { containers, seconds = 30 } = settings;
  const engine = await EngineProcesses.at(client.socketPath);
  const runs: Runs<LatencyRun>[] = [];
  for (const count of containers === undefined ? [few, many] : [containers]) {
    settings.tell(`starting ${count} containers`);
    await startContainers(client, count, { name: 'tick', command: printingTimes });
    const contenders = casesOf(count).map((each) => ({
      name: nameOf(each),
      run: () => runOf(each, { client, engine, seconds }),
    }));
    runs.push(...(await inTurn(contenders, { ...settings, warmUps: 0 })));
    await client.cleanup();
  }
  return {
    tables: [{ title: `${linesPerSecond} lines/s each, ${seconds} s`, rows: rowsOf(runs) }],
    verdicts: verdictsOf(runs),
    notes: [
      'printed → socket: from the time that a line carries, put there by the process that prints it (busybox ts, once a second in each container), to the moment when the receiver, another process, has its bytes',
      "read → socket: the same from the engine's own time of every line; both are the host's real-time clock",
    ],
    runs,
    failures: runs.flatMap(({ name, samples }) =>
      samples.flatMap(({ failures }) => failures.map((failure) => `${name}: ${failure}`)),
    ),
  };
}

/** Few: how late; many: what it takes by default. */
function casesOf(containers: number): readonly Case[] {
  const readers: readonly LogReader[] = ['engine', 'file'];
  return readers.flatMap((reader) => [
    { containers, reader, maxWait: '0s' },
    ...(containers > few ? [{ containers, reader }] : []),
  ]);
}

function nameOf({ containers, reader, maxWait }: Case): string {
  return `${containers} containers, reader: ${reader}, max_wait: ${maxWait ?? 'default'}`;
}

async function runOf(
  { reader, maxWait }: Case,
  { client, engine, seconds }: { client: DockerClient; engine: EngineProcesses; seconds: number },
): Promise<LatencyRun> {
  const { socketPath } = client;
  await using receiver = await TimedReceiver.start();
  const batch = maxWait === undefined ? {} : { batch: { max_wait: maxWait } };
  const sinks = { logentries: { ...logentriesTo(receiver), ...batch } };
  await using agent = await BenchAgent.start(logsOnly(sinks, client, { socketPath, reader }));
  await pause(settleSeconds);
  await receiver.reset();
  const used = await usageInWindow(seconds, engine, async () => (await agent.usage()).cpuSeconds);
  const { sinceRead, sincePrinted } = await receiver.figures();
  const { peakRssMiB } = await agent.usage();
  const failures = unsettled(await agent.stop());
  return { ...used, sinceRead, sincePrinted, peakRssMiB, failures };
}

function rowsOf(runs: readonly Runs<LatencyRun>[]): string[][] {
  const rows = runs.map(({ name, samples }) => {
    const of = (pick: (run: LatencyRun) => number, digits = 2) =>
      figure(medianOf(samples.map(pick)), digits);
    return [
      name,
      of(({ sinceRead, seconds }) => sinceRead.count / seconds, 0),
      of(({ sincePrinted }) => sincePrinted.p50Ms),
      of(({ sincePrinted }) => sincePrinted.p99Ms),
      of(({ sinceRead }) => sinceRead.p50Ms),
      of(({ sinceRead }) => sinceRead.p99Ms),
      of(cpuPercent, 1),
      of(({ dockerdSeconds, seconds }) => (dockerdSeconds / seconds) * 100, 1),
      of(({ peakRssMiB }) => peakRssMiB, 1),
      figure(medianOf(samples.map(({ load }) => load)), 1),
    ];
  });
  return [
    [
      '',
      'lines/s',
      'printed → socket: p50 ms',
      'p99 ms',
      'read → socket: p50 ms',
      'p99 ms',
      "agent's CPU %",
      'dockerd CPU %',
      'peak RSS MiB',
      'load',
    ],
    ...rows,
  ];
}

function verdictsOf(runs: readonly Runs<LatencyRun>[]): Verdict[] {
  return runs.flatMap(({ name, samples }) => {
    const verdict = (budget: Budget, pick: (run: LatencyRun) => number) =>
      verdictOf({ ...budget, what: `${budget.what} (${name})` }, medianOf(samples.map(pick)));
    const isDefault = name.endsWith('default');
    if (name.startsWith(`${many} `))
      return isDefault ? [verdict(budgets.followCpu, cpuPercent)] : [];
    return [verdict(budgets.latency, ({ sincePrinted }) => sincePrinted.p99Ms)];
  });
}
