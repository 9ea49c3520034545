import { fork } from 'node:child_process';
import { freemem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { DockerClient } from '@tallyman/testkit/docker';
import { BenchAgent } from './agent.ts';
import { askChild, endChild } from './ask-child.ts';
import type { BenchSettings } from './benchmark.ts';
import { startContainers } from './containers.ts';
import { CountingProxy } from './counting-proxy.ts';
import { damages, unsettled } from './failures.ts';
import { figure } from './figures.ts';
import { damageOf, logentriesTo, logsOnly } from './logentries-sink.ts';
import { loadNow } from './measure/machine.ts';
import { cpuSecondsOf, memoryOf } from './measure/process-usage.ts';
import { pause } from './measure/window.ts';
import { lineStart } from './numbered-lines.ts';
import { NumberedReceiver } from './numbered-receiver.ts';
import type { Report } from './report.ts';

const embeddedEngine = fileURLToPath(new URL('embedded-engine-process.js', import.meta.url));
// A shim and its share of the engine; what is left is for everything else.
const bytesOfContainer = 20 * 1024 ** 2;

interface ScaleRun {
  readonly containers: number;
  /** From the start of the process until a line of every container had arrived. */
  readonly startSeconds: number;
  readonly cpuSeconds: number;
  readonly rssMiB: number;
  /** Connections to the engine until then, and in the window after it. */
  readonly connections: number;
  readonly reconnects: number;
  /** Of a core, in the window. */
  readonly cpuPercent: number;
  readonly load: number;
  readonly failures: readonly string[];
}

/** How long it takes until a thousand containers are followed, and what each of them costs. */
export async function scale(client: DockerClient, settings: BenchSettings): Promise<Report> {
  const { containers = 1_000, seconds = 30, tell } = settings;
  const isReal = !settings.embedded && freemem() > containers * bytesOfContainer;
  const few = Math.max(1, Math.round(containers / 10));
  const runs: ScaleRun[] = [];
  let started = 0;
  for (const count of [few, containers]) {
    tell(`${count} containers`);
    if (isReal) await startMore(client, started, count);
    started = count;
    const run = (socketPath: string) => runOf({ client, socketPath, containers: count, seconds });
    const done = isReal ? await run(client.socketPath) : await onEmbedded(client, count, run);
    tell(`  ${JSON.stringify(done)}`);
    runs.push(done);
  }
  return {
    tables: [{ title: isReal ? 'Real engine' : 'Embedded engine', rows: rowsOf(runs, seconds) }],
    notes: [
      'followed: the one line that each container has printed has arrived',
      `reconnects: connections to the engine in the ${seconds} s after that`,
      ...(isReal ? [] : ['the embedded engine runs in a process of its own, on the same cores']),
    ],
    runs,
    failures: runs.flatMap(({ failures, containers: count }) =>
      failures.map((failure) => `${count} containers: ${failure}`),
    ),
  };
}

async function startMore(client: DockerClient, from: number, to: number): Promise<void> {
  const command = (at: number) => `echo ${lineStart(from + at)}; exec sleep 86400`;
  await startContainers(client, to - from, { name: `scale-${from}`, command });
}

async function onEmbedded(
  client: DockerClient,
  containers: number,
  run: (socketPath: string) => Promise<ScaleRun>,
): Promise<ScaleRun> {
  const child = fork(embeddedEngine, [String(containers), client.prefix]);
  try {
    return await run(await askChild<string>(child, 'socket'));
  } finally {
    await endChild(child);
  }
}

async function runOf({
  client,
  socketPath,
  containers,
  seconds,
}: {
  client: DockerClient;
  socketPath: string;
  containers: number;
  seconds: number;
}): Promise<ScaleRun> {
  await using receiver = await NumberedReceiver.start(containers);
  await using proxy = await CountingProxy.before(socketPath);
  const sinks = { logentries: logentriesTo(receiver) };
  const settings = { socketPath: proxy.socketPath, startAt: 'beginning' } as const;
  const startMs = Date.now();
  await using agent = await BenchAgent.start(logsOnly(sinks, client, settings));
  const arrived = await receiver.arrivalOf(containers);
  const cpuSeconds = await cpuSecondsOf(agent.pid);
  const { connections } = proxy;
  await pause(seconds);
  const used = (await cpuSecondsOf(agent.pid)) - cpuSeconds;
  const rssMiB = await memoryOf(agent.pid, 'VmRSS');
  const reconnects = proxy.connections - connections;
  const end = await agent.stop();
  return {
    containers,
    startSeconds: ((arrived.lastMs ?? Number.NaN) - startMs) / 1_000,
    cpuSeconds,
    rssMiB,
    connections,
    reconnects,
    cpuPercent: (used / seconds) * 100,
    load: loadNow(),
    failures: [...damages({ logentries: damageOf(arrived, containers) }), ...unsettled(end)],
  };
}

function rowsOf(runs: readonly ScaleRun[], seconds: number): string[][] {
  const [few, many] = runs;
  const rows = runs.map((run) => [
    figure(run.containers, 0),
    figure(run.startSeconds),
    figure(run.cpuSeconds),
    figure(run.connections, 0),
    figure(run.reconnects, 0),
    figure(run.cpuPercent, 1),
    figure(run.rssMiB, 1),
    run === many && few ? figure(kiBPerContainer(few, many), 1) : '',
    figure(run.load, 1),
  ]);
  return [
    [
      'containers',
      'all followed after s',
      'CPU s until then',
      'connections',
      'reconnects',
      `CPU % in ${seconds} s after`,
      'RSS MiB',
      'RSS KiB a container',
      'load',
    ],
    ...rows,
  ];
}

/** What each container more has cost. */
function kiBPerContainer(few: ScaleRun, many: ScaleRun): number {
  return ((many.rssMiB - few.rssMiB) * 1024) / (many.containers - few.containers);
}
