import { loadavg } from 'node:os';
import type { DockerClient } from '@tallyman/testkit/docker';
import { type AgentEnd, BenchAgent } from './agent.ts';
import { budgets, verdictOf } from './budgets.ts';
import { damages, unsettled } from './failures.ts';
import { medianOf } from './figures.ts';
import {
  type Damage,
  damageOf,
  linesPerSecond,
  logentriesTo,
  logsOnly,
} from './logentries-sink.ts';
import { type ProcessUsage, usageOf } from './measure/process-usage.ts';
import { printLines } from './numbered-container.ts';
import { NumberedReceiver } from './numbered-receiver.ts';
import { type Recovery, recoveryOf } from './recovery.ts';
import type { Report } from './report.ts';

const logs = ['paced', 'live', 'history'] as const;
const neighbours = ['none', 'down'] as const;
type Log = (typeof logs)[number];
type Neighbour = (typeof neighbours)[number];

const pacedPerSecond = 50_000;

/** How the container prints, in words. */
const titles: Readonly<Record<Log, string>> = {
  paced: `at about ${pacedPerSecond} a second`,
  live: 'as fast as one container and its engine can',
  history: 'printed before the agent starts',
};

export interface OutageOptions {
  readonly lines: number;
  readonly rounds: number;
}

/** What one run gives. */
interface Run {
  readonly log: Log;
  readonly neighbour: Neighbour;
  /** Load of the machine over the last minute. */
  readonly load: number;
  readonly healthy: Damage & { readonly linesPerSecond: number };
  /** When the healthy sink had everything. */
  readonly use: ProcessUsage;
  readonly recovery: Recovery | undefined;
  readonly warnings: Readonly<Record<string, number>>;
  readonly end: AgentEnd;
}

/**
 * What a destination that is down for the whole run costs the healthy one beside it, and how it catches up
 * afterwards: one container prints lines of 120 bytes at a pace that leaves the machine time, or as fast as it can,
 * before the agent starts or while it reads.
 */
export async function outage(
  client: DockerClient,
  { lines, rounds }: OutageOptions,
): Promise<Report> {
  const runs: Run[] = [];
  for (const log of logs)
    for (let round = 0; round < rounds; round++)
      for (const neighbour of neighbours) runs.push(await runOf({ log, neighbour, lines }, client));
  return {
    tables: logs.map((log) => ({
      title: `${lines} lines, ${titles[log]}; medians of ${rounds}`,
      rows: rowsOf(
        log,
        runs.filter((run) => run.log === log),
      ),
    })),
    verdicts: [verdictOf(budgets.peakRssBesideDown, worstRss(runs))],
    runs,
    failures: runs.flatMap(failuresOf),
  };
}

async function runOf(
  { log, neighbour, lines }: { log: Log; neighbour: Neighbour; lines: number },
  client: DockerClient,
): Promise<Run> {
  await using healthy = await NumberedReceiver.start(lines);
  await using dead = await NumberedReceiver.start(lines);
  await dead.refuse();
  const sinks = {
    healthy: logentriesTo(healthy),
    ...(neighbour === 'down' && { dead: logentriesTo(dead) }),
  };
  const { socketPath } = client;
  if (log === 'history') await printLines(client, lines);
  await using agent = await BenchAgent.start(
    logsOnly(sinks, client, { socketPath, startAt: 'beginning' }),
  );
  if (log === 'live') await printLines(client, lines);
  if (log === 'paced') await printLines(client, lines, pacedPerSecond);
  const arrived = await healthy.arrivalOf(lines);
  const use = await usageOf(agent.pid);
  const recovery = neighbour === 'down' ? await recoveryOf(dead, { agent, lines }) : undefined;
  const end = await agent.stop();
  await client.cleanup();
  return {
    log,
    neighbour,
    load: loadavg()[0] ?? Number.NaN,
    healthy: {
      // What came again came until now.
      ...damageOf(await healthy.counts(), lines),
      linesPerSecond: linesPerSecond(arrived),
    },
    use,
    recovery,
    warnings: agent.warnings,
    end,
  };
}

/** With a sink down for the whole run: up to the moment when the healthy one had everything. */
function worstRss(runs: readonly Run[]): number {
  const down = runs.filter(({ neighbour }) => neighbour === 'down');
  return Math.max(...down.map(({ use }) => use.peakRssMiB));
}

function rowsOf(log: Log, runs: readonly Run[]): string[][] {
  const median = (neighbour: Neighbour, figure: (run: Run) => number) =>
    medianOf(runs.filter((run) => run.neighbour === neighbour).map(figure));
  const row = (name: string, figure: (run: Run) => number, digits = 1) => {
    const [alone, beside] = [median('none', figure), median('down', figure)];
    return [name, alone.toFixed(digits), beside.toFixed(digits), (beside / alone).toFixed(2)];
  };
  const afterwards = (name: string, figure: (recovery: Recovery) => number, digits = 1) => {
    const figureOf = ({ recovery }: Run) => (recovery ? figure(recovery) : Number.NaN);
    return [name, '', median('down', figureOf).toFixed(digits), ''];
  };
  const worst = (name: string, figure: (run: Run) => number) => {
    const of = (neighbour: Neighbour) =>
      Math.max(...runs.filter((run) => run.neighbour === neighbour).map(figure));
    return [name, `${of('none')}`, `${of('down')}`, ''];
  };
  return [
    [log, 'alone', 'beside one that is down', 'ratio'],
    row('healthy: lines/s', ({ healthy }) => healthy.linesPerSecond, 0),
    row("agent's CPU s", ({ use }) => use.cpuSeconds),
    row("agent's peak RSS, MiB", ({ use }) => use.peakRssMiB),
    afterwards('it comes up: first line after s', ({ firstMs }) => firstMs / 1_000),
    afterwards('it comes up: last line after s', ({ lastMs }) => lastMs / 1_000),
    afterwards("agent's CPU s until then", ({ use }) => use.cpuSeconds),
    afterwards("agent's peak RSS until then, MiB", ({ use }) => use.peakRssMiB),
    worst('healthy: missing, at worst', ({ healthy }) => healthy.missing),
    worst('healthy: repeated, at worst', ({ healthy }) => healthy.repeated),
    worst('other: missing, at worst', ({ recovery }) => recovery?.missing ?? 0),
    worst('other: repeated, at worst', ({ recovery }) => recovery?.repeated ?? 0),
  ];
}

function failuresOf({ log, neighbour, healthy, recovery, end }: Run): string[] {
  const run = `${log}, neighbour ${neighbour}`;
  const sinks = { healthy, ...(recovery && { dead: recovery }) };
  return [...damages(sinks), ...unsettled(end)].map((failure) => `${run}: ${failure}`);
}
