import { once } from 'node:events';
import { ReceiverProcess } from '@tallyman/testkit';
import type { DockerClient } from '@tallyman/testkit/docker';
import { BenchAgent } from './agent.ts';
import { medianOf, p99Of } from './figures.ts';
import type { Report } from './report.ts';

const token = '10a5c0de-5eed-4a6b-8c1d-70c5e0000001';
const rounds = 3;
const tickers = 10;
const ticks = 120;
const burstLines = 100_000;

const neighbours = ['healthy', 'never reads'] as const;
type Neighbour = (typeof neighbours)[number];

/** What one run gives. */
interface Run {
  readonly neighbour: Neighbour;
  /** From the engine's time on a line to its arrival behind the stdout sink. */
  readonly p99Ms: number;
  /** How long the container needed that prints as fast as it can. */
  readonly burstMs: number;
}

/**
 * What a sink that never reads costs the other sink and the containers: ten containers print 20 lines a second,
 * one prints 100,000 as fast as it can; all goes to stdout and to a Logentries receiver, healthy or not, in turn.
 */
export async function isolation(client: DockerClient): Promise<Report> {
  const runs: Run[] = [];
  for (let round = 0; round < rounds; round++)
    for (const neighbour of neighbours) runs.push(await runBeside(neighbour, client));
  const of = (neighbour: Neighbour, figure: 'p99Ms' | 'burstMs') =>
    medianOf(runs.filter((run) => run.neighbour === neighbour).map((run) => run[figure]));
  const row = (name: string, figure: 'p99Ms' | 'burstMs') => {
    const [healthy, stalled] = [of('healthy', figure), of('never reads', figure)];
    return [name, healthy.toFixed(1), stalled.toFixed(1), (stalled / healthy).toFixed(2)];
  };
  const table = [
    [`medians of ${rounds}`, 'beside a healthy sink', 'beside one that never reads', 'ratio'],
    row('line printed to stdout, p99 ms', 'p99Ms'),
    row(`${burstLines} lines printed, ms`, 'burstMs'),
  ];
  return { tables: [{ title: 'A sink beside another', rows: table }], runs };
}

async function runBeside(neighbour: Neighbour, client: DockerClient): Promise<Run> {
  await using receiver = await ReceiverProcess.start('logentries', { tokens: [token] });
  if (neighbour === 'never reads') await receiver.always('never-read');
  const latenciesMs: number[] = [];
  let arrived = 0;
  const expected = tickers * ticks + burstLines;
  const all = new EventTarget();
  const { host, port } = receiver.address;
  await using _agent = await BenchAgent.start(
    {
      engine: { host: `unix://${client.socketPath}` },
      collect: { stats: { enabled: false }, events: { enabled: false } },
      select: { include: [{ name: `${client.prefix}*` }] },
      sinks: {
        stdout: { options: { format: 'json' } },
        logentries: { token, options: { host, port, tls: false } },
      },
    },
    ({ message, time }) => {
      if (message.startsWith('tick')) latenciesMs.push(Date.now() - Date.parse(time));
      if (++arrived === expected) all.dispatchEvent(new Event('arrived'));
    },
  );
  const everything = once(all, 'arrived');
  const burst = await startAll(client);
  await everything;
  const { startedAt, finishedAt } = await client.inspect(burst);
  await client.cleanup();
  const burstMs = Date.parse(finishedAt) - Date.parse(startedAt);
  return { neighbour, p99Ms: p99Of(latenciesMs), burstMs };
}

async function startAll(client: DockerClient): Promise<string> {
  const tick = `i=0; while [ $i -lt ${ticks} ]; do echo tick $i; i=$((i+1)); usleep 50000; done`;
  await Promise.all(
    Array.from({ length: tickers }, (_, at) => client.run({ name: `tick-${at}`, command: tick })),
  );
  const burst = `awk 'BEGIN { for (i = 0; i < ${burstLines}; i++) print "burst", i }'`;
  return client.run({ name: 'burst', command: burst });
}
