import type { DockerClient } from '@tallyman/testkit/docker';
import { BenchAgent } from './agent.ts';
import type { Report } from './report.ts';

const containers = 200;
const atOnce = 8;
const livesMs = [0, 50, 200] as const;
/** Each prints three lines on standard output and three on standard error. */
const linesEach = 6;
const quietMs = 3_000;

/** How the logs of containers are read that the engine removes when they stop. */
export type RmReader = 'engine' | 'attach';

/** What one run gives: how many containers' logs were received whole, in part, or not at all. */
interface Run {
  readonly rm: RmReader;
  readonly livesMs: number;
  readonly whole: number;
  readonly partly: number;
  readonly none: number;
  /** Lines that came more than once. */
  readonly repeated: number;
}

/**
 * What is lost of containers with `--rm` that print at once and live 0, 50 or 200 ms: 200 of each are created
 * and started without a pause in between, eight at a time.
 */
export async function rmLoss(client: DockerClient, readers: readonly RmReader[]): Promise<Report> {
  const runs: Run[] = [];
  for (const rm of readers) for (const life of livesMs) runs.push(await runOf(rm, life, client));
  const rows = [
    [`${containers} each`, 'lives', 'whole', 'partly', 'none', 'repeated lines'],
    ...runs.map(({ rm, livesMs: life, whole, partly, none, repeated }) => [
      `rm: ${rm}`,
      `${life} ms`,
      ...[whole, partly, none, repeated].map(String),
    ]),
  ];
  return { tables: [{ title: 'Containers with --rm', rows }], runs };
}

async function runOf(rm: RmReader, lifeMs: number, client: DockerClient): Promise<Run> {
  const lines = new Map<string, string[]>();
  await using agent = await BenchAgent.start(
    {
      engine: { host: `unix://${client.socketPath}` },
      collect: {
        // Without the key the agent reads as it does by default.
        ...(rm === 'attach' && { logs: { rm } }),
        stats: { enabled: false },
        events: { enabled: false },
      },
      select: { include: [{ name: `${client.prefix}*` }] },
      sinks: { stdout: { options: { format: 'json' } } },
    },
    ({ container, message }) => {
      const seen = lines.get(container.name) ?? [];
      seen.push(message);
      lines.set(container.name, seen);
    },
  );
  const names = await startAll(`${rm}-${lifeMs}`, lifeMs, client);
  await agent.quiet(quietMs);
  const distinct = names.map((name) => new Set(lines.get(name)).size);
  const received = [...lines.values()].reduce((sum, seen) => sum + seen.length, 0);
  return {
    rm,
    livesMs: lifeMs,
    whole: distinct.filter((count) => count === linesEach).length,
    partly: distinct.filter((count) => count > 0 && count < linesEach).length,
    none: distinct.filter((count) => count === 0).length,
    repeated: received - distinct.reduce((sum, count) => sum + count, 0),
  };
}

/** The full names of the containers, all of which have ended. */
async function startAll(label: string, lifeMs: number, client: DockerClient): Promise<string[]> {
  const print = 'for i in 1 2 3; do echo out $i; echo err $i >&2; done';
  const command = lifeMs === 0 ? print : `${print}; usleep ${lifeMs * 1_000}`;
  const names = Array.from({ length: containers }, (_, at) => `${label}-${at}`);
  const left = [...names];
  const starting = Array.from({ length: atOnce }, async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift())
      await client.run({ name, command, autoRemove: true });
  });
  await Promise.all(starting);
  return names.map((name) => client.nameOf(name));
}
