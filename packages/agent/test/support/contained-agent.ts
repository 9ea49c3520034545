import type { AccountSnapshot } from '@tallyman/core';
import type { ContainerRecord } from '@tallyman/sdk';
import type { DockerClient } from '@tallyman/testkit/docker';
import { dockerRun } from './docker-run.ts';
import { engineEntries } from './engine-log.ts';
import { isAccount, isRecord, jsonIn } from './said.ts';
import { until } from './until.ts';

// A container has to be made, and the agent to load, on a machine that may be busy with other tests.
const patienceMs = 60_000;
// Docker's own. The agent takes 8 s at most.
const stopLimitSeconds = 10;

/** What the first process of a container is, thread by thread the same. */
export interface ProcessIdentity {
  readonly userId: string;
  readonly groupId: string;
  readonly groups: string;
  readonly capabilities: string;
}

export interface ContainedAgentOptions {
  readonly image: string;
  /** The last part of the container's name. */
  readonly name: string;
  /** Such as `docker run -v …:… tallyman`. */
  readonly line: string;
  /** More, in the engine's own words, as in `ContainerOptions`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The agent in a container of its image. Its client removes it. */
export class ContainedAgent {
  readonly id: string;
  readonly #client: DockerClient;

  private constructor(client: DockerClient, id: string) {
    this.#client = client;
    this.id = id;
  }

  static async run(
    client: DockerClient,
    { image, line, name, config }: ContainedAgentOptions,
  ): Promise<ContainedAgent> {
    const options = dockerRun(line, image);
    const id = await client.run({ ...options, name, config: { ...options.config, ...config } });
    return new ContainedAgent(client, id);
  }

  /** What it has said so far, over all its runs. */
  async diagnostics(): Promise<Readonly<Record<string, unknown>>[]> {
    const lines = jsonIn(await this.output('stderr'));
    return lines.flatMap((line) =>
      typeof line === 'object' && line !== null ? [{ ...line }] : [],
    );
  }

  /** What its stdout sink has printed so far, over all its runs. */
  async records(): Promise<ContainerRecord[]> {
    return jsonIn(await this.output('stdout')).filter(isRecord);
  }

  async output(stream: 'stdout' | 'stderr'): Promise<string> {
    const entries = await engineEntries(this.#client, this.id);
    return entries.flatMap((entry) => (entry.stream === stream ? [entry.text] : [])).join('');
  }

  /** Waits until it says this, for the so-manieth time. */
  async saying(message: string, times = 1): Promise<Readonly<Record<string, unknown>>> {
    const said = async () => (await this.diagnostics()).filter(({ msg }) => msg === message);
    return this.until(async () => (await said()).at(times - 1), `it says "${message}"`);
  }

  async until<T>(found: () => Promise<T | undefined | false>, what: string): Promise<T> {
    try {
      return await until(found, what, { limitMs: patienceMs });
    } catch (cause) {
      const said = (await this.output('stderr')).slice(-2_000);
      throw new Error(`${String(cause)}; it said:\n${said}`, { cause });
    }
  }

  /** Of all threads of its first process. Throws where they differ. */
  async identity(): Promise<ProcessIdentity> {
    const fields = ['Uid', 'Gid', 'Groups', 'CapEff'];
    const { stdout } = await this.#client.exec(this.id, 'cat /proc/1/task/*/status');
    const seen = fields.map((field) => {
      const lines = stdout.split('\n').filter((line) => line.startsWith(`${field}:`));
      const values = new Set(lines.map((line) => line.slice(field.length + 1).trim()));
      if (values.size !== 1)
        throw new Error(`threads differ in ${field}: ${[...values].join(', ')}`);
      return [...values].join();
    });
    const [userId = '', groupId = '', groups = '', capabilities = ''] = seen;
    return { userId, groupId, groups, capabilities };
  }

  /** `docker stop`: the exit code, and what it said last of its sinks. */
  async stop() {
    await this.#client.stop(this.id, stopLimitSeconds);
    return this.ended();
  }

  /** Waits for its end. */
  async ended() {
    const exitCode = await this.#client.wait(this.id, AbortSignal.timeout(patienceMs));
    const said = (await this.diagnostics()).map((line) => line.account);
    const account: Readonly<Record<string, AccountSnapshot>> | undefined = said.findLast(isAccount);
    return { exitCode, account };
  }

  /** `docker start`, after its end. */
  async startAgain(): Promise<void> {
    await this.#client.start(this.id);
  }
}
