import { fileURLToPath } from 'node:url';
import type { ContainerStat } from '@tallyman/sdk';
import type { DockerClient } from '@tallyman/testkit/docker';
import { BenchAgent } from './agent.ts';
import type { EngineProcesses } from './measure/engine-usage.ts';
import type { Contender } from './measure/round-robin.ts';
import { pause, usageInWindow, type WindowUsage } from './measure/window.ts';
import { npmCommand } from './peers/npm.ts';
import { PeerProcess } from './peers/process.ts';
import { isWanted } from './peers/selection.ts';

const streamsProgram = fileURLToPath(new URL('stats-streams-process.js', import.meta.url));
export const intervalSeconds = 10;
// More than an interval: each container has had its first sample.
const settleSeconds = 15;
const quiescentSeconds = 5;

export type StatReader = 'engine' | 'cgroup';

/** What a window of time took. */
export interface StatsRun extends WindowUsage {
  readonly peakRssMiB?: number;
  /** The fewest samples of a container in the window, where they are counted. */
  readonly fewestSamples?: number;
}

/** What is watched. */
export interface Setting {
  readonly client: DockerClient;
  readonly engine: EngineProcesses;
  readonly containers: number;
  readonly seconds: number;
}

/** All that can know the use of the containers on this machine. */
export async function statContenders(
  setting: Setting,
  peers: readonly string[] | undefined,
): Promise<readonly Contender<StatsRun>[]> {
  return [
    nobody(setting),
    tallyman(setting, 'engine'),
    tallyman(setting, 'cgroup'),
    ...(isWanted('streams', peers) ? [streams(setting)] : []),
    ...(isWanted('docker-stats', peers) ? [await dockerStats(setting)] : []),
  ];
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
