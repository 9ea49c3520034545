import { rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { systemClock } from '@tallyman/sdk';
import { type DockerClient, numberAt } from '@tallyman/testkit/docker';
import { type AgentEnd, BenchAgent, newAgentFolder } from './agent.ts';
import { CountingProxy } from './counting-proxy.ts';
import { damages, unsettled } from './failures.ts';
import { type Damage, damageOf, logentriesTo, logsOnly } from './logentries-sink.ts';
import { type ProcessUsage, usageOf } from './measure/process-usage.ts';
import { printLines, printOne } from './numbered-container.ts';
import { NumberedReceiver } from './numbered-receiver.ts';
import { type Recovery, recoveryOf } from './recovery.ts';
import type { Report } from './report.ts';

const neighbours = ['none', 'dead'] as const;
type Neighbour = (typeof neighbours)[number];

// An agent asks for its log from 5 s before its place: with nothing printed in them, what the engine sends is for
// whoever is behind.
const pauseMs = 6_000;
const watchedMs = 10_000;

export interface RestartOptions {
  readonly lines: number;
}

/** What one run gives. */
interface Run {
  readonly neighbour: Neighbour;
  /** Load of the machine over the last minute. */
  readonly load: number;
  readonly stopMs: number;
  /** From the start of the process to its connection, and to the arrival of a line printed right after the start. */
  readonly connectedMs: number;
  readonly arrivedMs: number;
  /** What the engine sent in the first 10 s. */
  readonly engineBytes: number;
  readonly healthy: Damage;
  /** What the other sink's lane had taken by the stop, on disk now; the rest is left to the engine. */
  readonly heldLines: number;
  /** Of the sink that was dead, after all that. */
  readonly recovery: Recovery | undefined;
  /** Of the first process, and of the second after its first 10 s. */
  readonly before: ProcessUsage;
  readonly after: ProcessUsage;
  readonly warnings: readonly Readonly<Record<string, number>>[];
  readonly ends: readonly [AgentEnd, AgentEnd];
}

/**
 * What a destination that was dead since the agent's first start costs the healthy one beside it when the agent
 * starts again, after one container has printed many lines that only the healthy one has.
 */
export async function restart(client: DockerClient, { lines }: RestartOptions): Promise<Report> {
  const runs: Run[] = [];
  for (const neighbour of neighbours) runs.push(await runOf({ neighbour, lines }, client));
  return {
    tables: [{ title: `Started again after ${lines} lines`, rows: rowsOf(runs) }],
    runs,
    failures: runs.flatMap(failuresOf),
  };
}

async function runOf(
  { neighbour, lines }: { neighbour: Neighbour; lines: number },
  client: DockerClient,
): Promise<Run> {
  // One line in the pause before the stop, one right after the start.
  const all = lines + 2;
  await using healthy = await NumberedReceiver.start(all);
  await using dead = await NumberedReceiver.start(all);
  await dead.refuse();
  const sinks = {
    healthy: logentriesTo(healthy),
    ...(neighbour === 'dead' && { dead: logentriesTo(dead) }),
  };
  const folder = await newAgentFolder();
  try {
    const life = { folder, sinks, lines, healthy };
    const first = await firstLife(life, client);
    const revived = neighbour === 'dead' ? dead : undefined;
    const second = await secondLife({ ...life, id: first.id, dead: revived }, client);
    return {
      neighbour,
      load: loadavg()[0] ?? Number.NaN,
      stopMs: first.stopMs,
      connectedMs: second.connectedMs,
      arrivedMs: second.arrivedMs,
      engineBytes: second.engineBytes,
      healthy: damageOf(await healthy.counts(), all),
      heldLines: numberAt(first.end.account, 'dead', 'held'),
      recovery: second.recovery,
      before: first.use,
      after: second.use,
      warnings: [first.warnings, second.warnings],
      ends: [first.end, second.end],
    };
  } finally {
    await client.cleanup();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Life {
  readonly folder: string;
  readonly sinks: object;
  readonly lines: number;
  readonly healthy: NumberedReceiver;
}

/** The healthy sink gets everything, and one line more after a pause; then the agent is stopped. */
async function firstLife({ folder, sinks, lines, healthy }: Life, client: DockerClient) {
  const { socketPath } = client;
  await using agent = await BenchAgent.startIn(folder, logsOnly(sinks, client, { socketPath }));
  const id = await printLines(client, lines);
  await healthy.arrivalOf(lines);
  await systemClock.sleep(pauseMs, AbortSignal.timeout(watchedMs));
  await printOne(client, id, lines);
  await healthy.arrivalOf(lines + 1);
  const use = await usageOf(agent.pid);
  const stoppedMs = Date.now();
  const end = await agent.stop();
  return { id, use, end, stopMs: Date.now() - stoppedMs, warnings: agent.warnings };
}

interface SecondLife extends Life {
  readonly id: string;
  readonly dead: NumberedReceiver | undefined;
}

/** The agent starts again, and a line is printed as it does; when all is measured, the dead sink comes up. */
async function secondLife(
  { folder, sinks, lines, healthy, id, dead }: SecondLife,
  client: DockerClient,
) {
  await using proxy = await CountingProxy.before(client.socketPath);
  const { socketPath } = proxy;
  const startMs = Date.now();
  const starting = BenchAgent.startIn(folder, logsOnly(sinks, client, { socketPath }));
  const printing = printOne(client, id, lines + 1);
  await using agent = await starting;
  const connectedMs = Date.now() - startMs;
  await printing;
  const { lastMs = Number.NaN } = await healthy.arrivalOf(lines + 2);
  const leftMs = Math.max(1, startMs + watchedMs - Date.now());
  await systemClock.sleep(leftMs, AbortSignal.timeout(watchedMs));
  const engineBytes = proxy.bytesSent;
  const use = await usageOf(agent.pid);
  const recovery = dead && (await recoveryOf(dead, { agent, lines: lines + 2 }));
  const end = await agent.stop();
  return {
    connectedMs,
    arrivedMs: lastMs - startMs,
    engineBytes,
    use,
    recovery,
    end,
    warnings: agent.warnings,
  };
}

function rowsOf(runs: readonly Run[]): string[][] {
  const row = (name: string, figure: (run: Run) => string) => [name, ...runs.map(figure)];
  const revived = (name: string, figure: (recovery: Recovery) => string) =>
    row(name, ({ recovery }) => (recovery ? figure(recovery) : ''));
  const seconds = (ms: number) => (ms / 1_000).toFixed(2);
  return [
    ['', 'alone', 'beside one dead since the first start'],
    row('first process: CPU s', ({ before }) => before.cpuSeconds.toFixed(1)),
    row('first process: peak RSS, MiB', ({ before }) => before.peakRssMiB.toFixed(1)),
    row('stopped after s', ({ stopMs }) => seconds(stopMs)),
    row('started again: connected after s', ({ connectedMs }) => seconds(connectedMs)),
    row('a line printed at the start arrived after s', ({ arrivedMs }) => seconds(arrivedMs)),
    row('sent by the engine in the first 10 s, KiB', ({ engineBytes }) =>
      (engineBytes / 1024).toFixed(1),
    ),
    row('second process: CPU s', ({ after }) => after.cpuSeconds.toFixed(1)),
    row('second process: peak RSS, MiB', ({ after }) => after.peakRssMiB.toFixed(1)),
    row('healthy: missing', ({ healthy }) => `${healthy.missing}`),
    row('healthy: repeated', ({ healthy }) => `${healthy.repeated}`),
    row('other: lines held at the stop', ({ heldLines }) => `${heldLines}`),
    revived('other: comes up, first line after s', ({ firstMs }) => seconds(firstMs)),
    revived('other: comes up, last line after s', ({ lastMs }) => seconds(lastMs)),
    revived('other: missing', ({ missing }) => `${missing}`),
    revived('other: repeated', ({ repeated }) => `${repeated}`),
    revived('second process then: CPU s', ({ use }) => use.cpuSeconds.toFixed(1)),
    revived('second process then: peak RSS, MiB', ({ use }) => use.peakRssMiB.toFixed(1)),
  ];
}

function failuresOf({ neighbour, healthy, recovery, ends }: Run): string[] {
  const { repeated } = healthy;
  return [
    ...damages({ healthy, ...(recovery && { dead: recovery }) }),
    ...(repeated > 0 ? [`healthy: ${repeated} repeated`] : []),
    ...unsettled(ends[1]),
  ].map((failure) => `neighbour ${neighbour}: ${failure}`);
}
