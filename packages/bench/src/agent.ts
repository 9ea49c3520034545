import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ContainerLog, systemClock } from '@tallyman/sdk';

const program = fileURLToPath(new URL('../../agent/bin/tallyman.js', import.meta.url));

/** The built agent as a child process, its standard output read line by line. To be held with `await using`. */
export class BenchAgent implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #lastLineMs = performance.now();

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
  }

  /** Starts it with a configuration and waits until it is connected; `take` gets each log record it prints. */
  static async start(config: object, take: (log: ContainerLog) => void): Promise<BenchAgent> {
    const folder = await mkdtemp(join(tmpdir(), 'tallyman-bench-'));
    const file = join(folder, 'config.yaml');
    // JSON is YAML.
    await writeFile(file, JSON.stringify(config));
    const child = spawn(
      process.execPath,
      [program, 'run', '--config', file, '--log-format', 'json'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const agent = new BenchAgent(child, folder);
    createInterface({ input: child.stdout }).on('line', (line) => {
      agent.#lastLineMs = performance.now();
      take(JSON.parse(line));
    });
    await connected(child);
    return agent;
  }

  /** Resolves once it has printed nothing for so long. */
  async quiet(ms: number): Promise<void> {
    this.#lastLineMs = performance.now();
    for (let leftMs = ms; leftMs > 0; leftMs = this.#lastLineMs + ms - performance.now())
      await systemClock.sleep(leftMs, AbortSignal.timeout(60_000));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function connected(child: ChildProcess): Promise<void> {
  if (child.stderr === null) throw new Error('starting the agent: it has no standard error');
  const lines = createInterface({ input: child.stderr });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.includes('Connected to the engine.')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`starting the agent: it ended with ${code}`)));
  });
}
