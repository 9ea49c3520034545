import type { Clock, ContainerStat, RecordKind } from '@tallyman/sdk';
import { withDeadline } from './collect/deadline.ts';
import type { Engine, EngineError, EngineInfo } from './collect/engine.ts';
import { EventCollector } from './collect/event-collector.ts';
import { Inventory } from './collect/inventory.ts';
import type { LogReport } from './collect/logs/collected.ts';
import { type LaneLag, LogCollector } from './collect/logs/collector.ts';
import { LogTally } from './collect/logs/tally.ts';
import type { ReachedEngine } from './collect/reach.ts';
import { CgroupSource } from './collect/stats/cgroup/source.ts';
import { Sampling, type SamplingWishes } from './collect/stats/sampling.ts';
import { type SubjectSettings, Subjects } from './collect/subjects.ts';
import { type Tap, Taps } from './collect/taps.ts';
import type { EngineEvent } from './decode/event.ts';
import type { ContainerDetails } from './decode/inspect.ts';
import { earlier } from './decode/timestamp.ts';
import { type RoutedLane, Router } from './route/router.ts';
import type { LaneSettings, PipelineSettings } from './settings.ts';
import { Lane } from './ship/lane.ts';
import type { LaneCondition } from './ship/lane-status.ts';
import { Strain, type StrainState } from './ship/strain.ts';
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
  /** Told when the first lane comes under strain, and when the last one is relieved. */
  readonly strain?: (state: StrainState) => void;
}

/** What it takes to go on by other settings. */
export interface Reconfiguring {
  /** What lanes that are new keep beyond the process, by sink. */
  readonly states: ReadonlyMap<string, LaneState>;
  /** The birth of lanes that keep nothing, on the engine's clock: {@link Pipeline.engineTime}. */
  readonly bornAt: string;
  /** How long sinks that are replaced, or no more, may take for what they hold. */
  readonly deadline: AbortSignal;
}

/** What became of a lane that is no more. */
export interface RemovedLane {
  readonly account: AccountSnapshot;
  /** Of the records held, how many are on disk. */
  readonly storedRecords: number;
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

// For an engine to tell its time.
const timeLimitMs = 2_000;

/**
 * engine ─► collect ─► decode ─► enrich ─► route ─► ship ─► destination
 *
 * Start reading here: `start`, `reconfigure` and `stop` are the pipeline, in order.
 */
export class Pipeline {
  readonly #ports: PipelinePorts;
  readonly #counters = new Counters();
  readonly #taps: Taps;
  readonly #strain: Strain;
  #lanes: readonly Lane[];
  /** Removed, and not done yet. */
  readonly #leaving = new Set<Promise<unknown>>();
  readonly #subjects: Subjects;
  readonly #inventory: Inventory;
  readonly #logs: LogCollector;
  #events: EventCollector;
  readonly #stats: Sampling;
  #settings: PipelineSettings;
  readonly #collecting = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(settings: PipelineSettings, ports: PipelinePorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#strain = new Strain((state) => ports.strain?.(state));
    const { bornAt, isPodman, rootDirectory } = ports.engineInfo;
    this.#lanes = settings.lanes.map((lane) => this.#newLane(lane, ports.lanes, bornAt));
    const subjects = new Subjects(subjectSettings(settings, this.#lanes));
    this.#subjects = subjects;
    this.#taps = new Taps(ports.log);
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
    this.#events = this.#newEvents();
    this.#stats = new Sampling(
      {
        ...collected,
        cgroup: new CgroupSource({ ...settings, clock: ports.clock, directory }),
        isPodman,
        takeLogCounts: (id) => (this.#logs.tallyOf(id) ?? new LogTally([])).take(),
      },
      samplingWishes(settings),
    );
  }

  /** Those in force. */
  get settings(): PipelineSettings {
    return this.#settings;
  }

  /** Opens the lanes, then begins to collect. Returns at once; nothing the engine or a sink does makes it fail. */
  start(): void {
    const { signal } = this.#collecting;
    for (const lane of this.#lanes) lane.start();
    this.#running = Promise.allSettled([this.#inventory.run(signal), this.#stats.run(signal)]);
  }

  /**
   * Goes on by other settings, as a new start would: host and own container stay as they are. A lane whose settings
   * are the same object is left alone; one of the same name is changed, and keeps all that it holds; one that is no
   * more takes nothing more. All that takes effect at once. Resolves when the sinks that are replaced or no more are
   * closed, to what became of the lanes that are no more.
   */
  async reconfigure(
    settings: PipelineSettings,
    { states, bornAt, deadline }: Reconfiguring,
  ): Promise<ReadonlyMap<string, RemovedLane>> {
    const before = this.#lanes;
    this.#lanes = settings.lanes.map(
      (each) =>
        before.find(({ name }) => name === each.name) ?? this.#newLane(each, states, bornAt),
    );
    const added = this.#lanes.filter((lane) => !before.includes(lane));
    const removed = before.filter((lane) => !this.#lanes.includes(lane));
    const changes = settings.lanes.map((each, at) => this.#lanes[at]?.change(each, { deadline }));
    const { host, ownContainerId } = this.#settings;
    this.#settings = { ...settings, host, ...(ownContainerId !== undefined && { ownContainerId }) };
    this.#subjects.reconfigure(subjectSettings(this.#settings, this.#lanes));
    this.#logs.reconfigure({ logs: settings.collect.logs, lanes: this.#lanes });
    this.#events = this.#newEvents();
    this.#stats.reconfigure(samplingWishes(settings));
    for (const lane of added) lane.start();
    const leaving = Promise.all(removed.map((lane) => lane.stop({ deadline })));
    this.#leaving.add(leaving);
    await Promise.all([leaving, ...changes]);
    this.#leaving.delete(leaving);
    return new Map(removed.map((lane) => [lane.name, removedLane(lane)]));
  }

  /** Stops collecting, then lets every lane deliver what it holds while the deadline lasts. */
  async stop({ deadline }: { readonly deadline: AbortSignal }): Promise<Accounts> {
    this.#collecting.abort(new Error('the agent is stopping'));
    await this.#running;
    await this.#logs.stopped();
    await Promise.all([...this.#lanes.map((lane) => lane.stop({ deadline })), ...this.#leaving]);
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

  /** The present moment on the engine's clock: as it says, or as far as is known where it does not answer. */
  async engineTime(): Promise<string> {
    const { engine, clock } = this.#ports;
    const { signal } = this.#collecting;
    try {
      const asked = (limited: AbortSignal) => engine.connect(limited);
      return (await withDeadline(timeLimitMs, clock, signal, asked)).now;
    } catch {
      return this.#engineNow();
    }
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

  #newLane(settings: LaneSettings, states: PipelinePorts['lanes'], bornAt: string): Lane {
    const state = states.get(settings.name) ?? { positions: new MarkedPositions(bornAt) };
    return new Lane(settings, { ...this.#ports, state, strain: this.#strain });
  }

  #newEvents(): EventCollector {
    const { exclude } = this.#settings.collect.events;
    const directory = this.#inventory.containers;
    return new EventCollector({ directory, subjects: this.#subjects, taps: this.#taps, exclude });
  }

  // Neither clock need be right, only both must run; the engine's may be set while it is away.
  #engineNow(): string {
    const { clock, engineInfo } = this.#ports;
    const { now, reachedMs } = this.#inventory.engineInfo ?? engineInfo;
    return earlier(now, reachedMs - clock.monotonicMs());
  }
}

function subjectSettings(settings: PipelineSettings, lanes: readonly Lane[]): SubjectSettings {
  const router = new Router({ ...settings, lanes: routedLanes(settings, lanes) });
  return { ...settings, ...settings.collect, router };
}

function samplingWishes({ collect, lanes }: PipelineSettings): SamplingWishes {
  const raw = lanes.filter(({ needs }) => needs.has('rawStats'));
  return { stats: collect.stats, rawLanes: raw.map(({ name }) => name) };
}

function removedLane(lane: Lane): RemovedLane {
  return { account: lane.account(), storedRecords: lane.vitals().storedRecords };
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
