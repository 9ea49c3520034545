import type { Clock, ContainerStat, RecordKind } from '@tallyman/sdk';
import type { Engine, EngineError, EngineInfo } from './collect/engine.ts';
import { EventCollector } from './collect/event-collector.ts';
import { Inventory } from './collect/inventory.ts';
import type { LogReport } from './collect/logs/collected.ts';
import { type LaneLag, LogCollector } from './collect/logs/collector.ts';
import { LogTally } from './collect/logs/tally.ts';
import type { ReachedEngine } from './collect/reach.ts';
import { CgroupSource } from './collect/stats/cgroup/source.ts';
import { StatPoller } from './collect/stats/poller.ts';
import { Subjects } from './collect/subjects.ts';
import { type Tap, Taps } from './collect/taps.ts';
import type { EngineEvent } from './decode/event.ts';
import type { ContainerDetails } from './decode/inspect.ts';
import { earlier } from './decode/timestamp.ts';
import { type RoutedLane, Router } from './route/router.ts';
import type { PipelineSettings } from './settings.ts';
import { Lane } from './ship/lane.ts';
import type { LaneCondition } from './ship/lane-status.ts';
import type { LaneState } from './state/lane-state.ts';
import { MarkedPositions } from './state/marked-positions.ts';
import type { AccountSnapshot } from './vitals/account.ts';
import { type CollectorCounter, Counters } from './vitals/counters.ts';
import type { LaneVitals } from './vitals/lane-vitals.ts';
import type { Diagnostics } from './vitals/log.ts';

/** What the pipeline is given to work with. */
export interface PipelinePorts {
  readonly engine: Engine;
  /** What the engine said when it was first reached. */
  readonly engineInfo: ReachedEngine;
  readonly clock: Clock;
  /** In [0, 1), like `Math.random`. */
  readonly random: () => number;
  readonly log: Diagnostics;
  /** What lanes keep beyond the process, by sink; a lane that is not among them keeps nothing. */
  readonly lanes: ReadonlyMap<string, LaneState>;
  /** What a person could do about an engine that does not answer. */
  readonly explain: (error: EngineError) => string;
}

/** How a lane does: its status and since when, what it holds, and what it has left to the engine. */
export interface LaneReport extends LaneCondition, LaneVitals {
  readonly lag: LaneLag;
}

/** The engine that is collected from. */
export interface EngineReport extends Pick<EngineInfo, 'product' | 'apiVersion'> {
  readonly isConnected: boolean;
}

/** What is collected of a container, and for whom. */
export interface ContainerReport {
  readonly container: ContainerDetails;
  /** The sinks that take its records. */
  readonly sinks: Readonly<Record<RecordKind, readonly string[]>>;
  /** Absent: its log is not read. */
  readonly log?: LogReport;
  /** Its latest record of stats. Absent: there is none yet, or none is taken, as of one that does not run. */
  readonly stat?: ContainerStat;
}

/** Where every record is, by sink. */
export type Accounts = Readonly<Record<string, AccountSnapshot>>;

/**
 * engine ─► collect ─► decode ─► enrich ─► route ─► ship ─► destination
 *
 * Start reading here: `start` and `stop` are the pipeline, in order.
 */
export class Pipeline {
  readonly #ports: PipelinePorts;
  readonly #counters = new Counters();
  readonly #taps: Taps;
  readonly #lanes: readonly Lane[];
  readonly #subjects: Subjects;
  readonly #inventory: Inventory;
  readonly #logs: LogCollector;
  readonly #events: EventCollector;
  readonly #stats: StatPoller;
  readonly #settings: PipelineSettings;
  readonly #collecting = new AbortController();
  readonly #bornMs: number;
  #running: Promise<unknown> = Promise.resolve();

  constructor(settings: PipelineSettings, ports: PipelinePorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#bornMs = ports.clock.monotonicMs();
    const { bornAt, isPodman, rootDirectory } = ports.engineInfo;
    this.#lanes = settings.lanes.map((lane) => {
      const state = ports.lanes.get(lane.name) ?? { positions: new MarkedPositions(bornAt) };
      return new Lane(lane, { ...ports, state });
    });
    const router = new Router({ ...settings, lanes: routedLanes(settings, this.#lanes) });
    this.#taps = new Taps(ports.log);
    const subjects = new Subjects({ ...settings, ...settings.collect, router });
    this.#subjects = subjects;
    const shared = { ...ports, counters: this.#counters, taps: this.#taps, bornAt };
    this.#inventory = new Inventory(shared, {
      changed: (container) => this.#changed(container),
      gone: (container) => this.#logs.gone(container),
      event: (event, ordinal) => this.#event(event, ordinal),
      missed: (event) => this.#missed(event),
      connected: () => this.#logs.connected(),
      reconciled: (ids) => this.#logs.sweep(ids),
    });
    const directory = this.#inventory.containers;
    const connected = (signal: AbortSignal) => this.#inventory.connected(signal);
    const collected = { ...shared, directory, subjects, connected };
    this.#logs = new LogCollector(
      {
        ...collected,
        ...(rootDirectory === undefined ? {} : { rootDirectory }),
        lanes: this.#lanes,
        logs: settings.collect.logs,
        engineNow: () => this.#engineNow(),
      },
      this.#collecting.signal,
    );
    this.#events = new EventCollector({ ...collected, ...settings.collect.events });
    this.#stats = new StatPoller({
      ...collected,
      ...settings.collect.stats,
      cgroup: new CgroupSource({ ...settings, clock: ports.clock, directory }),
      rawLanes: settings.lanes.filter(({ needs }) => needs.has('rawStats')).map(({ name }) => name),
      isPodman,
      takeLogCounts: (id) => (this.#logs.tallyOf(id) ?? new LogTally([])).take(),
    });
  }

  /** Opens the lanes, then begins to collect. Returns at once; nothing the engine or a sink does makes it fail. */
  start(): void {
    const { signal } = this.#collecting;
    for (const lane of this.#lanes) lane.start();
    const collectors = [this.#inventory.run(signal)];
    if (this.#settings.collect.stats.enabled) collectors.push(this.#stats.run(signal));
    this.#running = Promise.allSettled(collectors);
  }

  /** Stops collecting, then lets every lane deliver what it holds while the deadline lasts. */
  async stop({ deadline }: { readonly deadline: AbortSignal }): Promise<Accounts> {
    this.#collecting.abort(new Error('the agent is stopping'));
    await this.#running;
    await this.#logs.stopped();
    await Promise.all(this.#lanes.map((lane) => lane.stop({ deadline })));
    return this.accounts();
  }

  /** Attempts of this sink that are under way get their whole time again. */
  progress(sink: string): void {
    this.#lanes.find(({ name }) => name === sink)?.progress();
  }

  accounts(): Accounts {
    return Object.fromEntries(this.#lanes.map((lane) => [lane.name, lane.account()]));
  }

  /** How each lane does, by sink. */
  vitals(): Readonly<Record<string, LaneReport>> {
    return Object.fromEntries(
      this.#lanes.map((lane) => {
        const lag = this.#logs.lagOf(lane);
        return [lane.name, { ...lane.state(), ...lane.vitals(), lag }];
      }),
    );
  }

  counters(): Readonly<Record<CollectorCounter, number>> {
    return this.#counters.snapshot();
  }

  /** The engine as it said when it was reached last, and whether it answers and its containers are known. */
  engine(): EngineReport {
    const { product, apiVersion } = this.#inventory.engineInfo ?? this.#ports.engineInfo;
    return { product, apiVersion, isConnected: this.#inventory.isConnected };
  }

  /** All containers that are known now. */
  containers(): readonly ContainerReport[] {
    return this.#inventory.containers.all().map((container) => {
      const { log: logs, stat: stats, event: events } = this.#subjects.of(container).route.lanes;
      const log = this.#logs.reportOf(container.id);
      const stat = container.isRunning ? this.#stats.latestOf(container.id) : undefined;
      return {
        container,
        sinks: { log: namesOf(logs), stat: namesOf(stats), event: namesOf(events) },
        ...(log !== undefined && { log }),
        ...(stat !== undefined && { stat }),
      };
    });
  }

  /**
   * Shows the tap every record as it is collected, whatever becomes of it in the lanes, until the returned function
   * is called. While none is open, that costs one check for each chunk of a log.
   */
  tap(tap: Tap): () => void {
    return this.#taps.open(tap);
  }

  #changed(container: ContainerDetails): void {
    this.#stats.seen(container.id);
    if (this.#settings.collect.logs.enabled) this.#logs.changed(container);
  }

  #event(event: EngineEvent, ordinal: number): void {
    const { logs, events } = this.#settings.collect;
    if (logs.enabled && event.action === 'create') this.#logs.created(event.containerId);
    if (events.enabled) this.#events.event(event, ordinal);
  }

  #missed(event: EngineEvent): void {
    const container = this.#events.describe(event);
    if (this.#subjects.of(container).route.lanes.log.length > 0)
      this.#logs.missed(event, container);
  }

  // Neither clock need be right, only both must run.
  #engineNow(): string {
    const { clock, engineInfo } = this.#ports;
    return earlier(engineInfo.now, this.#bornMs - clock.monotonicMs());
  }
}

function namesOf(lanes: readonly { readonly name: string }[]): readonly string[] {
  return lanes.map(({ name }) => name);
}

function routedLanes(settings: PipelineSettings, lanes: readonly Lane[]): readonly RoutedLane[] {
  return lanes.map((lane, index) => {
    const { include = [], exclude = [] } = settings.lanes[index] ?? {};
    return { lane, include, exclude };
  });
}
