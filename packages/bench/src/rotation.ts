import { systemClock } from '@tallyman/sdk';
import type { DockerClient } from '@tallyman/testkit/docker';
import { BenchAgent } from './agent.ts';
import { RawFollower } from './raw-follower.ts';
import type { Report } from './report.ts';
import { hasPrintedTornLines, linesIn, printingTornLines, TornLineCount } from './torn-lines.ts';

const containers = 2;
const pauseMs = 250;
// A file is full after a second or less; all that is printed is kept.
const logOptions = { 'max-size': '1m', 'max-file': '500' };
const [heldMs, takenMs] = [8_000, 3_000];
const quietMs = 3_000;
const limitMs = 600_000;

export interface RotationOptions {
  /** How long the containers print. */
  readonly seconds: number;
}

/** What came of the lines of all containers. */
interface Outcome {
  readonly name: string;
  readonly printed: number;
  readonly missing: number;
  readonly repeated: number;
  readonly mostRepeatedAtOnce: number;
  readonly other: number;
}

/** One that takes lines of all containers, by their full names. */
interface Reader extends AsyncDisposable {
  readonly name: string;
  readonly isHeldUp: boolean;
  readonly counts: Counts;
  hold(): void;
  goOn(): void;
}

/**
 * What is lost, repeated and torn of two logs that rotate about every second, where a plain follower of the
 * engine's API reads them and where Tallyman does through the same API: each at its own pace, and held up for 8 s
 * of each 11.
 */
export async function rotation(
  client: DockerClient,
  { seconds }: RotationOptions,
): Promise<Report> {
  const lines = linesIn(seconds, pauseMs);
  const names = Array.from({ length: containers }, (_, at) => `turning-${at}`);
  await using open = new AsyncDisposableStack();
  open.defer(() => client.cleanup());
  const readers: Reader[] = [];
  const add = (reader: Reader) => readers.push(open.use(reader));
  for (const isHeldUp of [false, true])
    add(await tallyman(isHeldUp, new Counts(names, lines, client), client));
  const command = printingTornLines(lines, pauseMs);
  const ids = await Promise.all(names.map((name) => client.run({ name, command, logOptions })));
  for (const isHeldUp of [false, true])
    add(await plain(isHeldUp, ids, new Counts(names, lines, client), client));
  await printed(ids, readers, client);
  for (const { counts } of readers) await counts.quiet(quietMs);
  const inOrder = readers.toSorted((a, b) => Number(a.isHeldUp) - Number(b.isHeldUp));
  return reportOf(inOrder.map((reader) => outcomeOf(reader, lines)));
}

/** What one reader has taken. */
class Counts {
  readonly of: ReadonlyMap<string, TornLineCount>;
  #lastMs = 0;

  constructor(names: readonly string[], lines: number, client: DockerClient) {
    this.of = new Map(names.map((name) => [client.nameOf(name), new TornLineCount(lines)]));
  }

  take(container: string, line: string): void {
    this.#lastMs = systemClock.monotonicMs();
    this.of.get(container)?.take(line);
  }

  /** Resolves once nothing has come for so long. */
  async quiet(ms: number): Promise<void> {
    this.#lastMs = systemClock.monotonicMs();
    for (let leftMs = ms; leftMs > 0; leftMs = this.#lastMs + ms - systemClock.monotonicMs())
      await systemClock.sleep(leftMs, AbortSignal.timeout(limitMs));
  }

  get mostAtOnce(): number {
    return Math.max(...[...this.of.values()].map(({ mostAtOnce }) => mostAtOnce));
  }

  sum(figure: 'distinct' | 'repeated' | 'other'): number {
    return [...this.of.values()].reduce((sum, count) => sum + count[figure], 0);
  }
}

async function tallyman(isHeldUp: boolean, counts: Counts, client: DockerClient): Promise<Reader> {
  const agent = await BenchAgent.start(
    {
      engine: { host: `unix://${client.socketPath}` },
      collect: {
        logs: { reader: 'engine', max_line: '1MiB' },
        stats: { enabled: false },
        events: { enabled: false },
      },
      select: { include: [{ name: `${client.prefix}*` }] },
      // Little room, so that the engine's log is what holds the rest.
      sinks: {
        stdout: { options: { format: 'json' }, queue: { memory: '1MiB', disk: '0MiB' } },
      },
    },
    ({ container, message }) => counts.take(container.name, message),
  );
  const hold = () => agent.hold();
  const goOn = () => agent.goOn();
  const dispose = () => agent[Symbol.asyncDispose]();
  return { name: 'tallyman', isHeldUp, counts, hold, goOn, [Symbol.asyncDispose]: dispose };
}

async function plain(
  isHeldUp: boolean,
  ids: readonly string[],
  counts: Counts,
  client: DockerClient,
): Promise<Reader> {
  const names = [...counts.of.keys()];
  const followers = await Promise.all(
    ids.map((id, at) =>
      RawFollower.of(client.socketPath, id, (line) => counts.take(names[at] ?? '', line)),
    ),
  );
  const each = (step: (follower: RawFollower) => void) => () => followers.forEach(step);
  const dispose = each((follower) => follower[Symbol.dispose]());
  return {
    name: 'plain follower',
    isHeldUp,
    counts,
    hold: each((follower) => follower.hold()),
    goOn: each((follower) => follower.goOn()),
    [Symbol.asyncDispose]: async () => dispose(),
  };
}

/** Resolves once all is printed. Until then those who are to be held up are, again and again. */
async function printed(
  ids: readonly string[],
  readers: readonly Reader[],
  client: DockerClient,
): Promise<void> {
  const signal = AbortSignal.timeout(limitMs);
  const heldUp = readers.filter((reader) => reader.isHeldUp);
  const isPrinting = async (id: string) => {
    const { exitCode, stderr } = await client.exec(id, hasPrintedTornLines);
    if (exitCode > 1) throw new Error(`asking whether all is printed: ${stderr}`);
    return exitCode === 1;
  };
  while ((await Promise.all(ids.map(isPrinting))).includes(true)) {
    for (const reader of heldUp) reader.hold();
    await systemClock.sleep(heldMs, signal);
    for (const reader of heldUp) reader.goOn();
    await systemClock.sleep(takenMs, signal);
  }
}

function outcomeOf({ name, isHeldUp, counts }: Reader, lines: number): Outcome {
  const expected = lines * containers;
  return {
    name: isHeldUp ? `${name}, held up` : name,
    printed: expected,
    missing: expected - counts.sum('distinct'),
    repeated: counts.sum('repeated'),
    mostRepeatedAtOnce: counts.mostAtOnce,
    other: counts.sum('other'),
  };
}

function reportOf(outcomes: readonly Outcome[]): Report {
  const rows = [
    ['read by', 'lines printed', 'missing', 'repeated', 'most at once', 'not as printed'],
    ...outcomes.map(({ name, printed: all, missing, repeated, mostRepeatedAtOnce, other }) => [
      name,
      ...[all, missing, repeated, mostRepeatedAtOnce, other].map(String),
    ]),
  ];
  const failures = outcomes
    .filter(({ name }) => name.startsWith('tallyman'))
    .filter(({ missing, repeated, other }) => missing + repeated + other > 0)
    .map(({ name }) => `${name}: not each line once and as it was printed`);
  return { tables: [{ title: 'Logs that rotate', rows }], runs: outcomes, failures };
}
