import type { DockerClient } from '@tallyman/testkit/docker';
import { BenchAgent } from './agent.ts';
import type { BenchSettings } from './benchmark.ts';
import { type LogReader, logentriesTo, logsOnly } from './logentries-sink.ts';
import { EngineProcesses } from './measure/engine-usage.ts';
import { measuredCommand } from './measure/measured-command.ts';
import type { ProcessUsage } from './measure/process-usage.ts';
import { type Contender, inTurn, type Runs } from './measure/round-robin.ts';
import { pause } from './measure/window.ts';
import { besideEngine, type Work, workRows } from './measure/work.ts';
import { lineBytes, printingAndEnding } from './numbered-lines.ts';
import { NumberedReceiver } from './numbered-receiver.ts';
import { npmCommand, npmPeers } from './peers/npm.ts';
import { PeerProcess, writingTo } from './peers/process.ts';
import { programAt, versionOf } from './peers/programs.ts';
import { isWanted } from './peers/selection.ts';
import type { Report } from './report.ts';

// A peer that says nothing of being ready is given so long.
const readySeconds = 3;
// What has not come so long after the last line is lost.
const quietMs = 8_000;

/** Follows logs; `begin` is called once it does, and starts the container. */
interface Follower {
  readonly name: string;
  follow(receiver: NumberedReceiver, begin: () => Promise<string>): Promise<FollowUsage>;
}

interface FollowUsage extends ProcessUsage {
  readonly arrived: number;
  readonly wallSeconds: number;
}

/** A container prints as fast as it can and ends while all containers are followed: what is lost, and what it takes. */
export async function live(client: DockerClient, settings: BenchSettings): Promise<Report> {
  const { lines } = settings;
  const engine = await EngineProcesses.at(client.socketPath);
  const { followers, notes } = await followersFor(client, settings);
  const contenders = followers.map((follower) => contenderOf(follower, { client, engine, lines }));
  const runs = await inTurn<Work>(contenders, settings);
  const printed = `${lines} lines of ${lineBytes} B`;
  return {
    tables: [{ title: 'One container, followed', rows: workRows(runs, { lines, printed }) }],
    notes,
    runs,
    failures: runs.flatMap((each) => losses(each, lines)),
  };
}

/** Peers that attach are known to lose lines, which is what the table says; Tallyman must not. */
function losses({ name, samples }: Runs<Work>, lines: number): string[] {
  if (!name.startsWith('tallyman')) return [];
  return samples.flatMap(({ arrived = 0 }) =>
    arrived === lines ? [] : [`${name}: ${arrived} of ${lines} lines arrived`],
  );
}

function contenderOf(
  follower: Follower,
  { client, engine, lines }: { client: DockerClient; engine: EngineProcesses; lines: number },
): Contender<Work> {
  const command = printingAndEnding(lines);
  const begin = () => client.run({ name: 'live', command });
  const work = async () => {
    await using receiver = await NumberedReceiver.start(lines);
    // Awaited here: the receiver ends with this block.
    return await follower.follow(receiver, begin);
  };
  const run = async () => {
    try {
      return await besideEngine(engine, work);
    } finally {
      await client.cleanup();
    }
  };
  return { name: follower.name, run };
}

async function followersFor(
  client: DockerClient,
  { lines, peers }: BenchSettings,
): Promise<{ followers: Follower[]; notes: string[] }> {
  const readers: readonly LogReader[] = ['engine', 'file'];
  const followers = readers.map((reader) => tallyman(client, reader, lines));
  const notes: string[] = [
    'wall time is from the start of the container, as the engine says it, to the arrival of the last line; CPU of the engine is also that of taking the lines from the container',
    'CPU of tallyman and docker-loghose is from the start of the container on, that of docker logs of the whole process',
  ];
  const docker = programAt('docker');
  if (docker !== undefined && isWanted('docker', peers)) {
    followers.push(dockerLogs(docker, client, lines));
    notes.push(`docker: ${await versionOf(docker)}; docker logs -f, started after the container`);
  }
  if (isWanted('docker-loghose', peers)) {
    followers.push(loghose(await npmCommand('docker-loghose'), client, lines));
    notes.push(`docker-loghose: ${npmPeers['docker-loghose']}; --json --newline, attaches`);
  }
  return { followers, notes };
}

function tallyman(client: DockerClient, reader: LogReader, lines: number): Follower {
  const { socketPath } = client;
  return {
    name: `tallyman, reader: ${reader}`,
    follow: async (receiver, begin) => {
      const sinks = { logentries: logentriesTo(receiver) };
      await using agent = await BenchAgent.start(logsOnly(sinks, client, { socketPath, reader }));
      const before = await agent.usage();
      const arrival = await arrivalAfter(client, await begin(), { receiver, lines });
      return { ...arrival, ...usedSince(before, await agent.usage()) };
    },
  };
}

function loghose(command: readonly string[], client: DockerClient, lines: number): Follower {
  const args = ['--json', '--newline', '--matchByName', client.prefix];
  return {
    name: 'docker-loghose',
    follow: async (receiver, begin) => {
      await using peer = new PeerProcess([...command, ...args], {
        output: receiver,
        env: { DOCKER_HOST: `unix://${client.socketPath}` },
      });
      await pause(readySeconds);
      const before = await peer.usage();
      const arrival = await arrivalAfter(client, await begin(), { receiver, lines });
      return { ...arrival, ...usedSince(before, await peer.usage()) };
    },
  };
}

function dockerLogs(docker: string, client: DockerClient, lines: number): Follower {
  return {
    name: 'docker logs -f',
    follow: async (receiver, begin) => {
      const id = await begin();
      const command = [docker, '-H', `unix://${client.socketPath}`, 'logs', '-f', id];
      // It ends with the container.
      const [program = '', ...args] = writingTo(receiver, command);
      const { cpuSeconds, peakRssMiB } = await measuredCommand(program, args);
      const arrival = await arrivalAfter(client, id, { receiver, lines });
      return { ...arrival, cpuSeconds, peakRssMiB };
    },
  };
}

/** A follower runs for months: its own start is not part of this work. */
function usedSince(before: ProcessUsage, after: ProcessUsage): ProcessUsage {
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  return { cpuSeconds, peakRssMiB: after.peakRssMiB };
}

async function arrivalAfter(
  client: DockerClient,
  id: string,
  { receiver, lines }: { receiver: NumberedReceiver; lines: number },
): Promise<{ arrived: number; wallSeconds: number }> {
  const { distinct, lastMs = Number.NaN } = await receiver.arrivalOf(lines, quietMs);
  const { startedAt } = await client.inspect(id);
  return { arrived: distinct, wallSeconds: (lastMs - Date.parse(startedAt)) / 1_000 };
}
