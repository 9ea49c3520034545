import type { DockerClient } from '@tallyman/testkit/docker';
import { BenchAgent } from './agent.ts';
import type { BenchSettings } from './benchmark.ts';
import { damages, unsettled } from './failures.ts';
import { figure } from './figures.ts';
import { Gate } from './gate.ts';
import { damageOf, logentriesTo, logsOnly } from './logentries-sink.ts';
import { loadNow } from './measure/machine.ts';
import { memoryOf, openHandlesOf } from './measure/process-usage.ts';
import { pause } from './measure/window.ts';
import { printingSlowly } from './numbered-lines.ts';
import { NumberedReceiver } from './numbered-receiver.ts';
import type { Report } from './report.ts';
import { growthFailures, growthOf, type Holding } from './steadiness.ts';

const lifeSeconds = 20;
/** One a second. */
const linesEach = lifeSeconds;
// Longer than an agent that keeps up is behind: the log goes with the container.
const lingerSeconds = 5;
const lookEverySeconds = 5;
const atOnce = 8;

interface Churn {
  readonly client: DockerClient;
  readonly containers: number;
  readonly untilMs: number;
}

/** Containers come and go for minutes: nothing may be lost, and nothing may pile up in the agent. */
export async function churn(client: DockerClient, settings: BenchSettings): Promise<Report> {
  const { containers = 200, minutes = 10, tell } = settings;
  const seconds = minutes * 60;
  const most = containers * (Math.ceil(seconds / lifeSeconds) + 1);
  await using receiver = await NumberedReceiver.start(most * linesEach);
  const { socketPath } = client;
  const sinks = { logentries: logentriesTo(receiver) };
  await using agent = await BenchAgent.start(logsOnly(sinks, client, { socketPath }));
  const untilMs = Date.now() + seconds * 1_000;
  const births = { count: 0 };
  const series: Holding[] = [];
  const coming = comeAndGo({ client, containers, untilMs }, births);
  const watching = watch(agent.pid, { untilMs, births, series, tell });
  await Promise.all([coming, watching]);
  const printed = births.count * linesEach;
  const damage = damageOf(await receiver.arrivalOf(printed), printed);
  const end = await agent.stop();
  return {
    tables: tablesOf(series, { minutes, containers, printed, lost: damage.missing }),
    notes: [
      `each prints ${linesEach} lines in ${lifeSeconds} s and is removed ${lingerSeconds} s after its end; the engine starts ${atOnce} at once, as fast as it can`,
    ],
    runs: { series, damage, printed },
    failures: [
      ...damages({ logentries: damage }),
      ...unsettled(end),
      ...growthFailures(growthOf(series), containers),
    ],
  };
}

/** So many lives at once, one after another until it is time; resolves when the last has ended. */
async function comeAndGo(
  { client, containers, untilMs }: Churn,
  births: { count: number },
): Promise<void> {
  const gate = new Gate(atOnce);
  const succession = async () => {
    while (Date.now() < untilMs) {
      const number = births.count++;
      const command = printingSlowly(number * linesEach, linesEach);
      const id = await gate.through(() => client.run({ name: `churn-${number}`, command }));
      await client.wait(id);
      await pause(lingerSeconds);
      await gate.through(() => client.remove(id));
    }
  };
  await Promise.all(Array.from({ length: containers }, succession));
}

async function watch(
  pid: number,
  {
    untilMs,
    births,
    series,
    tell,
  }: {
    untilMs: number;
    births: { readonly count: number };
    series: Holding[];
    tell: (text: string) => void;
  },
): Promise<void> {
  const startMs = Date.now();
  while (Date.now() < untilMs) {
    await pause(lookEverySeconds);
    const holding = {
      atSeconds: (Date.now() - startMs) / 1_000,
      containers: births.count,
      openHandles: await openHandlesOf(pid),
      rssMiB: await memoryOf(pid, 'VmRSS'),
    };
    series.push(holding);
    tell(
      `  ${holding.atSeconds.toFixed(0)} s: ${holding.containers} containers so far, ${holding.openHandles} handles, ${holding.rssMiB.toFixed(1)} MiB`,
    );
  }
}

function tablesOf(
  series: readonly Holding[],
  {
    minutes,
    containers,
    printed,
    lost,
  }: { minutes: number; containers: number; printed: number; lost: number },
) {
  const { openHandles, rssMiB, containers: between } = growthOf(series);
  // A dozen rows show the course.
  const every = Math.max(1, Math.ceil(series.length / 12));
  const shown = series.filter((_, at) => at % every === every - 1);
  return [
    {
      title: `${containers} containers of ${lifeSeconds} s at once, ${minutes} minutes`,
      rows: [
        ['containers', 'lines', 'lost', 'handles more', 'RSS MiB more', 'after containers', 'load'],
        [
          `${printed / linesEach}`,
          `${printed}`,
          `${lost}`,
          figure(openHandles, 0),
          figure(rssMiB, 1),
          figure(between, 0),
          figure(loadNow(), 1),
        ],
      ],
    },
    {
      title: 'What the agent holds',
      rows: [
        ['after s', 'containers so far', 'open handles', 'RSS MiB'],
        ...shown.map((each) => [
          figure(each.atSeconds, 0),
          `${each.containers}`,
          `${each.openHandles}`,
          figure(each.rssMiB, 1),
        ]),
      ],
    },
  ];
}
