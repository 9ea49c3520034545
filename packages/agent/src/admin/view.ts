import { hostname } from 'node:os';
import { addressText, Counters, type Pipeline, type Tap } from '@tallyman/core';
import type { Clock } from '@tallyman/sdk';
import type { LoadedConfig } from '../config/model.ts';
import { secretsIn } from '../config/secrets.ts';
import type { SinkCounts } from '../sinks/counts.ts';
import type { StopReason, StopRequest } from '../stop-request.ts';
import { version } from '../version.ts';
import { containerState } from './container-state.ts';
import { laneState } from './lane-state.ts';
import type { AgentState } from './state.ts';

/** What there is to see from the start. */
export interface ViewedAgent {
  /** Where the configuration comes from. */
  readonly source: string;
  /** The configuration in force, and when it was read. */
  readonly current: { readonly config: LoadedConfig; readonly readAt: string };
  readonly stop: Pick<StopRequest, 'signal' | 'reason'>;
}

/** What there is to see once the engine was reached. */
export interface Collecting {
  readonly pipeline: Pick<
    Pipeline,
    'engine' | 'accounts' | 'vitals' | 'counters' | 'containers' | 'tap'
  >;
  readonly counts: Pick<SinkCounts, 'snapshot'>;
  /** Name of the Docker host. */
  readonly host: string;
}

/** What the agent shows of itself from outside. It looks at what runs, and changes nothing. */
export class AgentView {
  readonly #agent: ViewedAgent;
  readonly #clock: Clock;
  #collecting: Collecting | undefined;

  constructor(agent: ViewedAgent, clock: Clock) {
    this.#agent = agent;
    this.#clock = clock;
  }

  /** The engine was reached, collecting begins. */
  collects(collecting: Collecting): void {
    this.#collecting = collecting;
  }

  /** Why the agent stops, where it does. */
  get stopping(): StopReason | undefined {
    const { stop } = this.#agent;
    return stop.signal.aborted ? stop.reason : undefined;
  }

  /** The names of the sinks. */
  get sinks(): readonly string[] {
    return this.#config.sinks.map(({ name }) => name);
  }

  /** Whether there are records to be tapped. */
  get isCollecting(): boolean {
    return this.#collecting !== undefined;
  }

  /** As {@link Pipeline.tap}. Before the engine was reached there is nothing to see. */
  tap(tap: Tap): () => void {
    return this.#collecting?.pipeline.tap(tap) ?? (() => {});
  }

  state(): AgentState {
    const collecting = this.#collecting;
    return {
      time: this.#now(),
      agent: this.#process(collecting?.host ?? hostname()),
      engine: {
        isConnected: false,
        ...collecting?.pipeline.engine(),
        address: addressText(this.#config.engine.address),
      },
      counters: collecting?.pipeline.counters() ?? new Counters().snapshot(),
      containers: collecting?.pipeline.containers().map(containerState) ?? [],
      lanes: collecting === undefined ? [] : this.#lanes(collecting),
    };
  }

  #lanes({ pipeline, counts }: Collecting): AgentState['lanes'] {
    const { sinks, admin } = this.#config;
    const accounts = pipeline.accounts();
    const own = counts.snapshot();
    const secrets = secretsIn([admin.token, sinks.map(({ tokens, options }) => [tokens, options])]);
    return Object.entries(pipeline.vitals()).flatMap(([sink, report]) => {
      const account = accounts[sink];
      if (account === undefined) return [];
      const type = sinks.find(({ name }) => name === sink)?.type ?? '';
      return [laneState({ sink, type, report, account, counts: own[sink] ?? {}, secrets })];
    });
  }

  get #config(): LoadedConfig {
    return this.#agent.current.config;
  }

  #process(host: string): AgentState['agent'] {
    const { user, system } = process.cpuUsage();
    return {
      version,
      host,
      startedAt: new Date(performance.timeOrigin).toISOString(),
      configSource: this.#agent.source,
      configReadAt: this.#agent.current.readAt,
      cpuSeconds: (user + system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
    };
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
