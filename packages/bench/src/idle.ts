import type { DockerClient } from '@tallyman/testkit/docker';
import { BenchAgent } from './agent.ts';
import type { BenchSettings } from './benchmark.ts';
import { budgets, verdictOf } from './budgets.ts';
import { sleeping, startContainers } from './containers.ts';
import { unsettled } from './failures.ts';
import { figure, medianOf } from './figures.ts';
import { logentriesTo } from './logentries-sink.ts';
import { EngineProcesses } from './measure/engine-usage.ts';
import { memoryOf } from './measure/process-usage.ts';
import { inTurn } from './measure/round-robin.ts';
import { cpuPercent, pause, usageInWindow } from './measure/window.ts';
import { NumberedReceiver } from './numbered-receiver.ts';
import type { Report } from './report.ts';

const settleSeconds = 15;

/** What an agent with its defaults, all kinds on, takes when nothing happens. */
export async function idle(client: DockerClient, settings: BenchSettings): Promise<Report> {
  const { containers = 50, seconds = 60 } = settings;
  const engine = await EngineProcesses.at(client.socketPath);
  await startContainers(client, containers, { name: 'idle', command: () => sleeping });
  const run = () => runOf({ client, engine, seconds });
  const [own] = await inTurn([{ name: 'tallyman', run }], { ...settings, warmUps: 0 });
  const runs = own?.samples ?? [];
  const percent = medianOf(runs.map(cpuPercent));
  const of = (name: 'rssMiB' | 'peakRssMiB' | 'load') =>
    figure(medianOf(runs.map((each) => each[name])), 1);
  return {
    tables: [
      {
        title: `${containers} quiet containers, ${seconds} s`,
        rows: [
          ['', "agent's CPU, % of a core", 'RSS MiB', 'peak RSS MiB', 'load'],
          ['tallyman', figure(percent), of('rssMiB'), of('peakRssMiB'), of('load')],
        ],
      },
    ],
    verdicts: [verdictOf(budgets.idleCpu, percent)],
    notes: ['tallyman: defaults: logs, stats every 10s and events, to a plain TCP receiver'],
    runs,
    failures: runs.flatMap(({ failures }) => failures),
  };
}

async function runOf({
  client,
  engine,
  seconds,
}: {
  client: DockerClient;
  engine: EngineProcesses;
  seconds: number;
}) {
  await using receiver = await NumberedReceiver.start(1);
  const agent = await BenchAgent.start({
    engine: { host: `unix://${client.socketPath}` },
    select: { include: [{ name: `${client.prefix}*` }] },
    sinks: { logentries: logentriesTo(receiver) },
  });
  await using _agent = agent;
  await pause(settleSeconds);
  const used = await usageInWindow(seconds, engine, async () => (await agent.usage()).cpuSeconds);
  const rssMiB = await memoryOf(agent.pid, 'VmRSS');
  const { peakRssMiB } = await agent.usage();
  return { ...used, rssMiB, peakRssMiB, failures: unsettled(await agent.stop()) };
}
