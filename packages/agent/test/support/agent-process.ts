import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AccountSnapshot } from '@tallyman/core';
import type { ContainerEvent, ContainerLog, ContainerRecord, ContainerStat } from '@tallyman/sdk';
import { agentFolder, configure, type FolderOptions } from './agent-folder.ts';
import { Pipe } from './pipe.ts';
import { isAccount, isRecord, jsonIn } from './said.ts';
import { until } from './until.ts';

/** The program as users run it: the built one. */
export const program = fileURLToPath(new URL('../../bin/tallyman.js', import.meta.url));
const built = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface AgentOptions extends FolderOptions {
  /** Another program than the built one of the repository. */
  readonly program?: string;
  /** Instead of `run --config …`. */
  readonly args?: readonly string[];
  /** Beside `run --config …`. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `stalled`: nothing reads standard output before {@link AgentProcess.read}. */
  readonly stdout?: 'read' | 'stalled';
  readonly userId?: number;
  /** A command that starts it, such as `setpriv …`. */
  readonly through?: readonly string[];
  /** A folder that is there already and stays, instead of a new one. */
  readonly folder?: string;
}

/** What an agent says once a configuration is reloaded. */
export const reloaded = 'The configuration is reloaded.';

/** How an agent ended. */
export interface AgentEnd {
  readonly exitCode: number | null;
  /** What it said last of each sink. */
  readonly account: Readonly<Record<string, AccountSnapshot>> | undefined;
}

/** The agent as a process of its own, with a configuration of its own. To be held with `await using`. */
export class AgentProcess implements AsyncDisposable {
  readonly folder: string;
  readonly records: ContainerRecord[] = [];
  /** Lines of standard error that are JSON. */
  readonly diagnostics: Readonly<Record<string, unknown>>[] = [];
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #pipe: Pipe;
  readonly #isFolderOwn: boolean;
  readonly #ended: Promise<unknown>;
  #hasStdoutEnded = false;
  #stdoutRest: Buffer = Buffer.alloc(0);
  #stderrRest = '';

  private constructor(folder: string, options: AgentOptions) {
    this.folder = folder;
    this.#isFolderOwn = options.folder === undefined;
    this.#pipe = new Pipe(folder);
    const { userId, args = ['run', '--config', join(folder, 'config.yaml')] } = options;
    const { through = [], flags = [] } = options;
    const started = [process.execPath, options.program ?? program, ...args, ...flags];
    const [first = '', ...command] = [...through, ...started];
    const { PATH = '', HOME = '' } = process.env;
    this.#child = spawn(first, command, {
      cwd: folder,
      env: { PATH, HOME, ...options.env },
      stdio: ['ignore', this.#pipe.writingEnd, 'pipe'],
      ...(userId === undefined ? {} : { uid: userId, gid: userId }),
    });
    this.#pipe.handedOver();
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#takeStderr(text));
    this.#ended = once(this.#child, 'close');
    this.#pipe.reader.on('close', () => {
      this.#hasStdoutEnded = true;
    });
    if (options.stdout !== 'stalled') this.read();
  }

  static async start(options: AgentOptions = {}): Promise<AgentProcess> {
    if (!existsSync(built))
      throw new Error(
        `starting the agent: ${built} is missing; build it first: npx -y pnpm@12 build`,
      );
    return new AgentProcess(options.folder ?? agentFolder(options), options);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get logs(): ContainerLog[] {
    return this.records.filter((record) => record.kind === 'log');
  }

  get stats(): ContainerStat[] {
    return this.records.filter((record) => record.kind === 'stat');
  }

  get events(): ContainerEvent[] {
    return this.records.filter((record) => record.kind === 'event');
  }

  /** What a container printed, in the order in which it arrived. */
  logsOf(containerId: string, stream?: ContainerLog['stream']): ContainerLog[] {
    return this.logs.filter(
      (log) => log.container.id === containerId && (stream === undefined || log.stream === stream),
    );
  }

  messagesOf(containerId: string, stream?: ContainerLog['stream']): string[] {
    return this.logsOf(containerId, stream).map(({ message }) => message);
  }

  actionsOf(containerId: string): string[] {
    return this.events
      .filter(({ container }) => container?.id === containerId)
      .map(({ action }) => action);
  }

  /** The diagnostics of this message. */
  said(message: string): Readonly<Record<string, unknown>>[] {
    return this.diagnostics.filter(({ msg }) => msg === message);
  }

  /** Reads standard output, from now on or again. */
  read(): void {
    const { reader } = this.#pipe;
    if (reader.listenerCount('data') === 0)
      reader.on('data', (bytes: Buffer) => this.#takeStdout(bytes));
    reader.resume();
  }

  /** The reader of standard output goes away, as `head` does. */
  closeStdout(): void {
    this.#pipe.reader.destroy();
  }

  /** Gives it another configuration and asks it to reload; resolves to what it says of that. */
  async reload(options: Omit<FolderOptions, 'files'>): Promise<Readonly<Record<string, unknown>>> {
    const before = this.said(reloaded).length;
    configure(this.folder, options);
    this.signal('SIGHUP');
    return this.until(() => this.said(reloaded).at(before), 'it has reloaded');
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits for a condition, with a bound. */
  until<T>(found: () => T | undefined | false, what: string, limitMs?: number): Promise<T> {
    const state = () =>
      `${this.records.length} records${this.#hasEnded ? ', the agent has ended' : ''}; it said:\n${this.stderr.slice(-2_000)}`;
    return until(found, what, { state, ...(limitMs === undefined ? {} : { limitMs }) });
  }

  /** Waits until the agent says this. */
  saying(message: string, limitMs?: number): Promise<Readonly<Record<string, unknown>>> {
    return this.until(() => this.said(message).at(0), `it says "${message}"`, limitMs);
  }

  /** Waits until the agent knows the containers. */
  async ready(): Promise<this> {
    await this.saying('Connected to the engine.');
    return this;
  }

  /** Asks it to stop and waits for its end. */
  async stop(name: NodeJS.Signals = 'SIGTERM'): Promise<AgentEnd> {
    this.signal(name);
    return this.ended();
  }

  /** Waits for its end. */
  async ended(limitMs = 20_000): Promise<AgentEnd> {
    await this.until(() => this.#hasEnded, 'the agent ends', limitMs);
    await this.#ended;
    const isRead = this.#pipe.reader.listenerCount('data') > 0;
    if (isRead) await this.until(() => this.#hasStdoutEnded, 'its standard output is read');
    const account = this.diagnostics.map((line) => line.account).findLast(isAccount);
    return { exitCode: this.#child.exitCode, account };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
    this.#pipe[Symbol.dispose]();
    if (this.#isFolderOwn) rmSync(this.folder, { recursive: true, force: true });
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #takeStdout(bytes: Buffer): void {
    // Cut at the last newline: a character may be cut anywhere.
    const joined = Buffer.concat([this.#stdoutRest, bytes]);
    const end = joined.lastIndexOf(0x0a) + 1;
    const text = joined.toString('utf8', 0, end);
    this.#stdoutRest = joined.subarray(end);
    this.stdout += text;
    for (const value of jsonIn(text)) if (isRecord(value)) this.records.push(value);
  }

  #takeStderr(text: string): void {
    this.stderr += text;
    const joined = this.#stderrRest + text;
    const end = joined.lastIndexOf('\n') + 1;
    this.#stderrRest = joined.slice(end);
    for (const value of jsonIn(joined.slice(0, end)))
      if (typeof value === 'object' && value !== null) this.diagnostics.push({ ...value });
  }
}
