import {
  type Clock,
  type ContainerEvent,
  type ContainerLog,
  type ContainerRecord,
  type ContainerStat,
  type Sink,
  systemClock,
} from '@tallyman/sdk';
import { expectBalanced } from '@tallyman/testkit';
import type { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { HttpEngine } from '../../src/collect/engine-http.ts';
import { type ReachedEngine, reachEngine } from '../../src/collect/reach.ts';
import { Pipeline, type RemovedLane } from '../../src/pipeline.ts';
import type { CollectSettings, LaneSettings, PipelineSettings } from '../../src/settings.ts';
import type { LaneState } from '../../src/state/lane-state.ts';
import { logInto, type Said, settingsFor } from '../ship/lane-under-test.ts';
import { until } from '../until.ts';

/** What a test wants otherwise than usual: logs from their beginning, events, no stats. */
export interface Wishes {
  readonly clock?: Clock;
  readonly logs?: Partial<CollectSettings['logs']>;
  readonly stats?: Partial<CollectSettings['stats']>;
  readonly events?: Partial<CollectSettings['events']>;
  readonly settings?: Partial<PipelineSettings>;
  /** What lanes keep beyond this agent's life. */
  readonly states?: ReadonlyMap<string, LaneState>;
  /** Default: one that takes everything. */
  readonly lanes?: readonly LaneSettings[];
}

/** A pipeline that collects from an embedded engine, as soon as that answers, and what it delivered. */
export class Agent implements AsyncDisposable {
  readonly records: ContainerRecord[] = [];
  readonly said: Said[];
  readonly pipeline: Pipeline;
  readonly engineInfo: ReachedEngine;
  readonly #wishes: Wishes;

  private constructor(engine: HttpEngine, engineInfo: ReachedEngine, said: Said[], wishes: Wishes) {
    this.engineInfo = engineInfo;
    this.#wishes = wishes;
    this.said = said;
    this.pipeline = new Pipeline(this.#settings(wishes), {
      ...portsOf(wishes, said),
      engine,
      engineInfo,
      lanes: wishes.states ?? new Map(),
    });
  }

  static async startedAt(socketPath: string, wishes: Wishes = {}): Promise<Agent> {
    const engine = new HttpEngine({ kind: 'unix', socketPath });
    const said: Said[] = [];
    const info = await reachEngine(engine, portsOf(wishes, said), AbortSignal.timeout(10_000));
    const agent = new Agent(engine, info, said, wishes);
    agent.pipeline.start();
    return agent;
  }

  /** Resolves once the agent knows the containers that were there before it. */
  static async connectedTo(engine: EmbeddedEngine, wishes?: Wishes): Promise<Agent> {
    const agent = await Agent.startedAt(engine.socketPath, wishes);
    await agent.says('Connected to the engine.');
    return agent;
  }

  get logs(): readonly ContainerLog[] {
    return this.records.filter((record) => record.kind === 'log');
  }

  get stats(): readonly ContainerStat[] {
    return this.records.filter((record) => record.kind === 'stat');
  }

  get events(): readonly ContainerEvent[] {
    return this.records.filter((record) => record.kind === 'event');
  }

  /** The messages of one container, by its present or former name, or of all. */
  lines(name?: string): readonly string[] {
    return this.logs
      .filter(({ container }) => name === undefined || container.name === name)
      .map(({ message }) => message);
  }

  /** Resolves once this line was delivered. */
  reads(line: string): Promise<void> {
    return until(() => this.lines().includes(line));
  }

  /** Resolves once the agent's own log has this sentence so many times. */
  says(sentence: string, times = 1): Promise<void> {
    return until(() => this.sayings(sentence).length >= times);
  }

  sayings(sentence: string): readonly Said[] {
    return this.said.filter(({ message }) => message === sentence);
  }

  /** Reloads: what is not said stays as it was. */
  reconfigure(
    wishes: Wishes,
    deadline = AbortSignal.timeout(2_000),
  ): Promise<ReadonlyMap<string, RemovedLane>> {
    const settings = this.#settings({ ...this.#wishes, ...wishes });
    const states = wishes.states ?? new Map();
    // As an embedded engine tells it, to the millisecond.
    const bornAt = new Date().toISOString().replace('Z', '000000Z');
    return this.pipeline.reconfigure(settings, { states, bornAt, deadline });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const accounts = await this.pipeline.stop({ deadline: AbortSignal.timeout(2_000) });
    for (const account of Object.values(accounts)) expectBalanced(account);
  }

  #settings({ logs, stats, events, settings, lanes }: Wishes): PipelineSettings {
    return {
      host: 'quay',
      collect: {
        labels: [],
        logs: {
          enabled: true,
          startAt: 'beginning',
          reader: 'auto',
          rm: 'engine',
          maxLineBytes: 1024 * 1024,
          count: [],
          ...logs,
        },
        stats: { enabled: false, intervalMs: 10_000, reader: 'auto', ...stats },
        events: { enabled: true, exclude: [], ...events },
        labelOverrides: true,
      },
      select: { mode: 'all', include: [], exclude: [] },
      fields: {},
      lanes: lanes ?? [laneTo('all', new KeepingSink(this.records))],
      ...settings,
    };
  }
}

/** Accepts everything at once and keeps it. */
class KeepingSink implements Sink {
  readonly #records: ContainerRecord[];

  constructor(records: ContainerRecord[]) {
    this.#records = records;
  }

  async write({ records }: { readonly records: readonly ContainerRecord[] }): Promise<void> {
    this.#records.push(...records);
  }
}

/** A lane for all kinds. */
export function laneTo(
  name: string,
  sink: Sink,
  manners: Parameters<typeof settingsFor>[1] = {},
): LaneSettings {
  return { ...settingsFor(sink, manners), name, kinds: ['log', 'stat', 'event'] };
}

function portsOf({ clock = systemClock }: Wishes, said: Said[]) {
  // The shortest backoff there is.
  return { clock, log: logInto(said), random: () => 0, explain: () => 'start it' };
}
