import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@tallyman/sdk';
import type { AgentEnd } from './ledger/explained.ts';

const program = fileURLToPath(new URL('../../agent/bin/tallyman.js', import.meta.url));
const sinksFolder = fileURLToPath(new URL('../sinks', import.meta.url));

const measureEveryMs = 100;
const exitLimitMs = 20_000;
// One that dies again and again is a finding, not a loop.
const mostDeaths = 5;

/** What a lane says of its records at the end. */
interface Account {
  readonly offered: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly held: number;
}

/** One life of the agent, from its start to its end. */
export interface Life extends AgentEnd {
  readonly number: number;
  readonly startedAt: number;
  readonly exitCode: number | null;
  /** It ended without being told to. */
  readonly died: boolean;
  readonly peakBytes: number;
  /** By sink; what a killed one cannot say. */
  readonly account?: Readonly<Record<string, Account>>;
  /** What the collectors counted. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** Something that the agent said on standard error. */
export interface Said {
  readonly at: number;
  readonly level: string;
  readonly message: string;
  readonly sink?: string;
  /** The short id of the container that it is about, and the sinks. */
  readonly container?: string;
  readonly sinks?: readonly string[];
  /** How often: with those that were not said. */
  readonly times: number;
}

/** The built agent as a child process, again and again with the same configuration and state. */
export class AgentLives {
  readonly lives: Life[] = [];
  /** Warnings and errors, of all lives. */
  readonly said: Said[] = [];
  readonly #folder: string;
  #current: Current | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get running(): boolean {
    return this.#current !== undefined;
  }

  get startedAt(): number {
    return this.#current?.startedAt ?? 0;
  }

  /** How often it ended without being told to. */
  get deaths(): number {
    return this.lives.filter(({ died }) => died).length;
  }

  start(): void {
    if (this.#current) throw new Error('starting the agent: it runs already');
    const number = this.lives.length + 1;
    const startedAt = systemClock.now();
    const config = join(this.#folder, 'config.yaml');
    const child = spawn(
      process.execPath,
      [program, 'run', '--config', config, '--sinks-dir', sinksFolder, '--log-format', 'json'],
      { stdio: ['ignore', 'ignore', 'pipe'], cwd: this.#folder },
    );
    const current = new Current(child, startedAt, (said) => this.said.push(said));
    this.#current = current;
    current.writeTo(join(this.#folder, `agent-${number}.log`));
    void current.ended.then((end) => {
      this.lives.push({ number, startedAt, ...end });
      this.#current = undefined;
      if (end.died && this.deaths <= mostDeaths) this.start();
    });
  }

  /** SIGKILL; resolves once it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM; resolves with its last word. */
  async stop(): Promise<Life | undefined> {
    await this.#end('SIGTERM');
    return this.lives.at(-1);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    current.signal(signal);
    await current.ended;
    // Behind whoever else heard of its end.
    await Promise.resolve();
  }
}

class Current {
  readonly startedAt: number;
  readonly ended: Promise<Omit<Life, 'number' | 'startedAt'>>;
  readonly #child: ChildProcess;
  readonly #lines: ReturnType<typeof createInterface>;
  #signalledAt: number | undefined;
  #how: AgentEnd['how'] = 'killed';
  #peakBytes = 0;
  #account: Life['account'];
  #counts: Life['counts'];

  constructor(child: ChildProcess, startedAt: number, hear: (said: Said) => void) {
    if (child.stderr === null) throw new Error('starting the agent: it has no standard error');
    this.#child = child;
    this.startedAt = startedAt;
    this.#lines = createInterface({ input: child.stderr });
    this.#lines.on('line', (line) => this.#hear(line, hear));
    this.ended = this.#untilEnd();
    void this.#measure();
  }

  writeTo(path: string): void {
    this.#child.stderr?.pipe(createWriteStream(path));
  }

  signal(name: NodeJS.Signals): void {
    this.#measureOnce();
    this.#signalledAt = systemClock.now();
    this.#how = name === 'SIGKILL' ? 'killed' : 'stopped';
    this.#child.kill(name);
    // One that does not end is killed, and counts as such: it did not keep its word.
    const late = systemClock.after(exitLimitMs, () => {
      this.#how = 'killed';
      this.#child.kill('SIGKILL');
    });
    this.#child.once('exit', late);
  }

  async #untilEnd(): Promise<Omit<Life, 'number' | 'startedAt'>> {
    await once(this.#child, 'close');
    const exitedAt = systemClock.now();
    const account = this.#account;
    const counts = this.#counts;
    return {
      how: this.#how,
      signalledAt: this.#signalledAt ?? exitedAt,
      exitedAt,
      exitCode: this.#child.exitCode,
      died: this.#signalledAt === undefined,
      peakBytes: this.#peakBytes,
      ...(account !== undefined && { account }),
      ...(counts !== undefined && { counts }),
    };
  }

  /** The peak is gone with the process: it has to be read while it lives. */
  async #measure(): Promise<void> {
    const ended = new AbortController();
    this.#child.once('exit', () => ended.abort());
    while (!ended.signal.aborted) {
      this.#measureOnce();
      await systemClock.sleep(measureEveryMs, ended.signal).catch(() => undefined);
    }
  }

  #measureOnce(): void {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
      const [, kib = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
      this.#peakBytes = Math.max(this.#peakBytes, Number(kib) * 1024);
    } catch {
      // It has just ended.
    }
  }

  #hear(line: string, hear: (said: Said) => void): void {
    const said = jsonIn(line);
    if (said === undefined) return;
    const { msg, level, account, counts, sink, id, sinks, unsaid } = said;
    if (typeof account === 'object' && account !== null) this.#account = account as Life['account'];
    if (msg === 'What was collected.') this.#counts = counts as Life['counts'];
    const isLoud = ['warn', 'error', 'fatal'].includes(String(level)) || Number(level) >= 40;
    if (!isLoud) return;
    const about = {
      ...(typeof sink === 'string' && { sink }),
      ...(typeof id === 'string' && { container: id }),
      ...(Array.isArray(sinks) && { sinks: sinks.map(String) }),
    };
    const times = 1 + (typeof unsaid === 'number' ? unsaid : 0);
    hear({ at: systemClock.now(), level: String(level), message: String(msg), times, ...about });
  }
}

function jsonIn(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
