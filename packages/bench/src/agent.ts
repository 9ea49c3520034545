import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ContainerLog, type ContainerRecord, systemClock } from '@tallyman/sdk';
import { textAt, valueAt } from '@tallyman/testkit/docker';
import { endsWithUs } from './ends-with-us.ts';
import { type ProcessUsage, usageOf } from './measure/process-usage.ts';

const program = fileURLToPath(new URL('../../agent/bin/tallyman.js', import.meta.url));

/** What agents said of their configuration, such as that a part of it does nothing: it belongs to every figure. */
export const remarks = new Set<string>();

/** How an agent ended. */
export interface AgentEnd {
  readonly exitCode: number | null;
  /** What it said last of each sink: offered, delivered, dropped, held. */
  readonly account: unknown;
}

/** The built agent as a child process, its standard output read line by line. To be held with `await using`. */
export class BenchAgent implements AsyncDisposable {
  /** What it said as a warning or an error, and how often. */
  readonly warnings: Record<string, number> = {};
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #account: unknown;
  #lastLineMs = performance.now();
  #ownFolder: string | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'close');
  }

  /** Starts it with a configuration and waits until it is connected; `take` gets each record it prints. */
  static async start<Printed extends ContainerRecord = ContainerLog>(
    config: object,
    take: (record: Printed) => void = () => {},
  ): Promise<BenchAgent> {
    const folder = await newAgentFolder();
    const agent = await BenchAgent.startIn(folder, config, take);
    agent.#ownFolder = folder;
    return agent;
  }

  /** The same in a folder that stays, with the state in it, for the agent that comes after this one. */
  static async startIn<Printed extends ContainerRecord = ContainerLog>(
    folder: string,
    config: object,
    take: (record: Printed) => void = () => {},
  ): Promise<BenchAgent> {
    const file = join(folder, 'config.yaml');
    const state = { directory: join(folder, 'state') };
    // JSON is YAML.
    await writeFile(file, JSON.stringify({ state, ...config }));
    const args = [program, 'run', '--config', file, '--log-format', 'json'];
    const child = endsWithUs(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
    const agent = new BenchAgent(child);
    createInterface({ input: child.stdout }).on('line', (line) => {
      agent.#lastLineMs = performance.now();
      take(JSON.parse(line));
    });
    await agent.#connected();
    return agent;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it has used so far. */
  usage(): Promise<ProcessUsage> {
    return usageOf(this.pid);
  }

  /** Resolves once it has printed nothing for so long. */
  async quiet(ms: number): Promise<void> {
    this.#lastLineMs = performance.now();
    for (let leftMs = ms; leftMs > 0; leftMs = this.#lastLineMs + ms - performance.now())
      await systemClock.sleep(leftMs, AbortSignal.timeout(60_000));
  }

  /** Takes nothing of what it prints until {@link goOn}. */
  hold(): void {
    this.#child.stdout?.pause();
  }

  goOn(): void {
    this.#child.stdout?.resume();
  }

  /** Asks it to stop and waits for its end. */
  async stop(): Promise<AgentEnd> {
    this.#child.kill('SIGTERM');
    await this.#ended;
    return { exitCode: this.#child.exitCode, account: this.#account };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#ownFolder !== undefined) await rm(this.#ownFolder, { recursive: true, force: true });
  }

  async #connected(): Promise<void> {
    const { stderr } = this.#child;
    if (stderr === null) throw new Error('starting the agent: it has no standard error');
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: stderr }).on('line', (line) => {
        if (this.#hear(line) === 'Connected to the engine.') resolve();
        said.push(line);
        if (said.length > 5) said.shift();
      });
      this.#child.once('exit', (code) =>
        reject(
          new Error(`starting the agent: it ended with ${code}; it said:\n${said.join('\n')}`),
        ),
      );
    });
  }

  /** The message of a line of standard error. */
  #hear(line: string): string {
    const said: unknown = line.startsWith('{') ? JSON.parse(line) : { level: 'error', msg: line };
    const message = textAt(said, 'msg');
    const note = valueAt(said, 'note');
    if (typeof note === 'string') remarks.add(note);
    if (['warn', 'error'].includes(textAt(said, 'level')))
      this.warnings[message] = (this.warnings[message] ?? 0) + 1;
    this.#account = valueAt(said, 'account') ?? this.#account;
    return message;
  }
}

/** An empty folder on disk. Whoever asks for it removes it. */
export function newAgentFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'tallyman-bench-'));
}
