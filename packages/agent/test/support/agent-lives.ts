import { rmSync } from 'node:fs';
import type { ContainerEvent, ContainerLog } from '@tallyman/sdk';
import type { DockerClient } from '@tallyman/testkit/docker';
import { agentFolder } from './agent-folder.ts';
import { type AgentEnd, type AgentOptions, AgentProcess } from './agent-process.ts';

const patienceMs = 60_000;

/** For a test that starts an agent several times, some of them behind a backlog. */
export const livesLimitMs = 150_000;

/** One agent over several processes, which share a folder: the configuration and the state. To be held with `await using`. */
export class AgentLives implements AsyncDisposable {
  readonly folder: string;
  readonly #options: AgentOptions;
  readonly #lives: AgentProcess[] = [];

  constructor(options: AgentOptions) {
    this.folder = agentFolder(options);
    this.#options = options;
  }

  /** Of the containers of a test whose names match, without their stats, to standard output. `logs`: as the configuration has them. */
  static logsOnly(client: DockerClient, name: string, logs: object = {}): AgentLives {
    const select = { include: [{ name: client.nameOf(name) }] };
    const collect = { logs, stats: { enabled: false } };
    return new AgentLives({ socketPath: client.socketPath, config: { select, collect } });
  }

  /** The process that runs, or ran last. */
  get present(): AgentProcess {
    const last = this.#lives.at(-1);
    if (last === undefined) throw new Error('looking at the agent: it was never started');
    return last;
  }

  get logs(): ContainerLog[] {
    return this.#lives.flatMap(({ logs }) => logs);
  }

  get events(): ContainerEvent[] {
    return this.#lives.flatMap(({ events }) => events);
  }

  /** Starts it, again or for the first time. */
  async launch(flags: readonly string[] = []): Promise<AgentProcess> {
    const options = this.#options;
    const life = await AgentProcess.start({
      ...options,
      folder: this.folder,
      flags: [...(options.flags ?? []), ...flags],
    });
    this.#lives.push(life);
    return life;
  }

  /** Starts it and waits until it knows the containers. */
  async start(flags?: readonly string[]): Promise<AgentProcess> {
    const life = await this.launch(flags);
    return life.ready();
  }

  /** Waits for a condition as the present process does, but longer: a restart and a backlog take their time. */
  until<T>(found: () => T | undefined | false, what: string): Promise<T> {
    return this.present.until(found, what, patienceMs);
  }

  /** SIGKILL, as a crash. */
  kill(): Promise<AgentEnd> {
    return this.present.stop('SIGKILL');
  }

  /** What a container printed, in the order in which it arrived. */
  logsOf(containerId: string, stream?: ContainerLog['stream']): ContainerLog[] {
    return this.#lives.flatMap((life) => life.logsOf(containerId, stream));
  }

  messagesOf(containerId: string, stream?: ContainerLog['stream']): string[] {
    return this.logsOf(containerId, stream).map(({ message }) => message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const life of this.#lives) await life[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
