import { systemClock } from '@tallyman/sdk';
import { type DockerClient, isRefusal, type PrivateEngine } from '@tallyman/testkit/docker';
import { type Printed, printedBy, printedByRule } from './ledger/printed.ts';
import { linesPerSecond, type WriterPace, writerCommand } from './printed-line.ts';

/** A container that prints as long as the run lasts. */
export interface Writer {
  readonly writer: number;
  readonly id: string;
}

/** One that was removed when it ended. Times are milliseconds since the Unix epoch. */
export interface Removed extends Writer {
  readonly startedAt: number;
  readonly endedAt: number;
}

const askEveryMs = 100;
const pauseMicros = 250_000;
const rotated = { 'max-size': '3m', 'max-file': '200' };
const removedPace: WriterPace = { block: 40, pauseMicros: 100_000, blocks: 14 };

/** The containers of a run. Changes of containers and of the engine wait for each other. */
export class Containers {
  readonly writers: Writer[] = [];
  readonly removed: Removed[] = [];
  readonly #engine: PrivateEngine;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(engine: PrivateEngine) {
    this.#engine = engine;
  }

  /** Runs when what was asked for before is done. */
  async inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const before = this.#turn;
    const result = before.then(task);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Starts writers that print so many lines a second together. Every fourth one's log is rotated. */
  async start(count: number, rate: number): Promise<void> {
    const perBlock = linesPerSecond({ block: 1, pauseMicros });
    const block = Math.max(1, Math.ceil(rate / count / perBlock));
    const started = Array.from({ length: count }, async (_, writer) => {
      const id = await this.#client.run({
        name: `writer-${writer}`,
        command: writerCommand(writer, { block, pauseMicros }),
        logDriver: 'json-file',
        ...(writer % 4 === 3 && { logOptions: rotated }),
      });
      return { writer, id };
    });
    this.writers.push(...(await Promise.all(started)));
  }

  restart(writer: Writer): Promise<void> {
    return this.inTurn(() => this.#client.restart(writer.id, 0));
  }

  /** Runs a container with `--rm`; resolves once it has ended by itself and is gone. */
  async runRemoved(writer: number, signal: AbortSignal): Promise<Removed> {
    const options = {
      name: `removed-${writer}`,
      command: writerCommand(writer, removedPace),
      autoRemove: true,
      logDriver: 'json-file',
    };
    const startedAt = systemClock.now();
    const id = await this.inTurn(() => this.#client.run(options));
    await this.#untilGone(id, signal);
    const endedAt = systemClock.now();
    const removed = { writer, id, startedAt, endedAt };
    this.removed.push(removed);
    return removed;
  }

  /** Ends all writers; resolves once their logs are complete. */
  async end(): Promise<void> {
    await Promise.all(
      this.writers.map(async ({ id }) => {
        await this.#client.kill(id);
        await this.#client.wait(id);
      }),
    );
  }

  /** What was printed, once all has ended. */
  async printed(): Promise<Printed[]> {
    const paths = await this.logPaths();
    const kept = this.writers.map(({ id, writer }) => printedBy(id, writer, paths.get(id) ?? ''));
    return [
      ...kept,
      ...this.removed.map(({ id, writer }) => printedByRule(id, writer, removedPace)),
    ];
  }

  /** Where the engine keeps the log of each writer. */
  async logPaths(): Promise<ReadonlyMap<string, string>> {
    const paths = this.writers.map(
      async ({ id }) => [id, (await this.#client.inspect(id)).logPath] as const,
    );
    return new Map(await Promise.all(paths));
  }

  async #untilGone(id: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#client.inspect(id);
      } catch (error) {
        if (isRefusal(error, 404)) return;
        // The engine is away, it will tell later.
      }
      await systemClock.sleep(askEveryMs, signal);
    }
  }

  get #client(): DockerClient {
    return this.#engine.client;
  }
}
