import { rm } from 'node:fs/promises';
import type { DockerClient } from '@tallyman/testkit/docker';
import { BenchAgent, newAgentFolder } from './agent.ts';
import { type LogReader, logentriesTo, logsOnly } from './logentries-sink.ts';
import type { EngineProcesses } from './measure/engine-usage.ts';
import { measuredCommand } from './measure/measured-command.ts';
import type { Contender } from './measure/round-robin.ts';
import { besideEngine, type Work } from './measure/work.ts';
import { lineBytes } from './numbered-lines.ts';
import { NumberedReceiver } from './numbered-receiver.ts';
import { fluentBitCommand, fluentBitProgram } from './peers/fluent-bit.ts';
import { type PeerOutput, PeerProcess } from './peers/process.ts';
import { programAt, versionOf } from './peers/programs.ts';
import { rsyslogCommand } from './peers/rsyslog.ts';
import { isWanted, type PeerName } from './peers/selection.ts';

/** A log to move. */
export interface History {
  readonly client: DockerClient;
  readonly engine: EngineProcesses;
  /** Of the container. */
  readonly id: string;
  readonly lines: number;
}

export interface Contenders {
  readonly contenders: readonly Contender<Work>[];
  /** Versions and commands, or why one is missing. */
  readonly notes: readonly string[];
}

/** All that can move the log on this machine; the first is what the others are compared with. */
export async function logContenders(
  history: History,
  peers: readonly string[] | undefined,
): Promise<Contenders> {
  const readers: readonly LogReader[] = ['engine', 'file'];
  const all: readonly [PeerName, () => Promise<Found>][] = [
    ['curl', () => curl(history)],
    ['docker', () => dockerLogs(history)],
    ['rsyslog', () => rsyslog(history)],
    ['fluent-bit', () => fluentBit(history)],
  ];
  const wanted = all.filter(([name]) => isWanted(name, peers));
  const found = await Promise.all(wanted.map(([, find]) => find()));
  const contenders = found.flatMap(({ contender }) => (contender ? [contender] : []));
  const own = readers.map((reader) => tallyman(history, reader));
  return {
    contenders: [...contenders.slice(0, 1), ...own, ...contenders.slice(1)],
    notes: [
      ...found.map(({ note }) => note),
      'docker-loghose: cannot read what was printed before it attached',
      'tallyman: defaults but start_at: beginning and the reader, to a plain TCP receiver in another process; wall time is from the start of the process to the arrival of the last line',
    ],
  };
}

interface Found {
  readonly contender?: Contender<Work>;
  readonly note: string;
}

function tallyman({ client, engine, lines }: History, reader: LogReader): Contender<Work> {
  const { socketPath } = client;
  const work = async () => {
    await using receiver = await NumberedReceiver.start(lines);
    const sinks = { logentries: logentriesTo(receiver) };
    const config = logsOnly(sinks, client, { socketPath, startAt: 'beginning', reader });
    const startMs = Date.now();
    await using agent = await BenchAgent.start(config);
    const { distinct, lastMs = Number.NaN } = await receiver.arrivalOf(lines);
    const wallSeconds = (lastMs - startMs) / 1_000;
    return { wallSeconds, arrived: distinct, ...(await agent.usage()) };
  };
  return { name: `tallyman, reader: ${reader}`, run: () => besideEngine(engine, work) };
}

async function curl({ client, engine, id }: History): Promise<Found> {
  const program = programAt('curl');
  if (program === undefined) return { note: 'curl: not installed' };
  const url = `http://engine/containers/${id}/logs?stdout=1&stderr=1&timestamps=1`;
  const format = '%{size_download}';
  const args = ['-sS', '--unix-socket', client.socketPath, '-o', '/dev/null', '-w', format, url];
  // Of each line: the frame's head and the time of 30 characters and a space.
  const wireBytes = 8 + 31 + lineBytes;
  const work = async () => {
    const { stdout, ...used } = await measuredCommand(program, args);
    return { ...used, arrived: Math.floor(Number(stdout) / wireBytes) };
  };
  const [, version] = (await versionOf(program)).split(' ');
  const note = `curl: ${version}; curl ${args.join(' ').replace(id, 'ID').replace(client.socketPath, 'SOCKET')}`;
  return { contender: { name: 'curl', run: () => besideEngine(engine, work) }, note };
}

async function dockerLogs({ client, engine, id }: History): Promise<Found> {
  const program = programAt('docker');
  if (program === undefined) return { note: 'docker: not installed' };
  const command = [program, '-H', `unix://${client.socketPath}`, 'logs', '--timestamps', id];
  const work = async () => {
    const { stdout: _, ...used } = await measuredCommand('bash', [
      '-c',
      'exec "$@" >/dev/null',
      'bash',
      ...command,
    ]);
    return used;
  };
  const note = `docker: ${await versionOf(program)}; docker logs --timestamps ID >/dev/null`;
  return { contender: { name: 'docker logs', run: () => besideEngine(engine, work) }, note };
}

async function rsyslog(history: History): Promise<Found> {
  const program = programAt('rsyslogd');
  if (program === undefined) return { note: 'rsyslog: not installed' };
  const logPath = await logPathOf(history);
  const contender = forwarder(history, 'rsyslog', (folder, output) =>
    rsyslogCommand(program, folder, { logPath, output }),
  );
  const note = `rsyslog: ${(await versionOf(program, '-v')).split(' (')[0]}; imfile (inotify) → omfwd (tcp), the lines of the file as they stand`;
  return { contender, note };
}

async function fluentBit(history: History): Promise<Found> {
  const program = fluentBitProgram();
  if (program === undefined) return { note: 'fluent-bit: neither on PATH nor in FLUENT_BIT' };
  const logPath = await logPathOf(history);
  const contender = forwarder(history, 'fluent-bit', (folder, output) =>
    fluentBitCommand(program, folder, { logPath, output }),
  );
  const note = `fluent-bit: ${await versionOf(program)}; tail (parser docker, buffers of 512k, flush 1) → tcp (json_lines)`;
  return { contender, note };
}

async function logPathOf({ client, id }: History): Promise<string> {
  const { logPath } = await client.inspect(id);
  if (logPath === '') throw new Error(`finding the log of ${id}: its driver keeps no json file`);
  return logPath;
}

/** Of a program that reads the file and sends it on until it is stopped. */
function forwarder(
  { engine, lines }: History,
  name: string,
  commandFor: (folder: string, output: PeerOutput) => Promise<readonly string[]>,
): Contender<Work> {
  const work = async () => {
    await using receiver = await NumberedReceiver.start(lines);
    const folder = await newAgentFolder();
    try {
      const command = await commandFor(folder, receiver);
      const startMs = Date.now();
      await using peer = new PeerProcess(command);
      const { distinct, lastMs = Number.NaN } = await receiver.arrivalOf(lines);
      const wallSeconds = (lastMs - startMs) / 1_000;
      return { wallSeconds, arrived: distinct, ...(await peer.usage()) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  return { name, run: () => besideEngine(engine, work) };
}
