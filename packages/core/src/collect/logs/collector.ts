import type { Clock, ContainerEvent } from '@tallyman/sdk';
import type { EngineEvent } from '../../decode/event.ts';
import type { ContainerDetails } from '../../decode/inspect.ts';
import { type LogRecord, shortId } from '../../decode/log.ts';
import type { LogMark } from '../../decode/mark.ts';
import type { Records } from '../../decode/records.ts';
import { millisecondsOf, nanosOf } from '../../decode/timestamp.ts';
import type { LogSettings } from '../../settings.ts';
import type { LanePort } from '../../ship/lane-port.ts';
import type { Counters } from '../../vitals/counters.ts';
import type { Diagnostics } from '../../vitals/log.ts';
import { Announced } from '../attach/announced.ts';
import { readerFor } from '../attach/choice.ts';
import type { ContainerDirectory } from '../containers.ts';
import type { Engine } from '../engine.ts';
import { type GapReason, gapReasons } from '../gap-reasons.ts';
import { Slots } from '../slots.ts';
import type { Described, Subjects } from '../subjects.ts';
import type { Taps } from '../taps.ts';
import { LogAge } from './age.ts';
import { AttachedLog } from './attached.ts';
import type { ChosenLogs } from './chosen-logs.ts';
import type { CollectedLog, LogReport } from './collected.ts';
import { FollowedLog, type FollowedSettings } from './followed.ts';
import { Openings } from './openings.ts';
import { chosenLogs } from './sources.ts';
import type { LogTally } from './tally.ts';

export interface LogCollectorSettings {
  readonly engine: Engine;
  /** The engine's root directory, where it is on this host. */
  readonly rootDirectory?: string;
  readonly directory: ContainerDirectory;
  readonly subjects: Subjects;
  readonly lanes: readonly LanePort[];
  readonly logs: LogSettings;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Diagnostics;
  readonly counters: Counters;
  readonly taps: Taps;
  readonly connected: (signal: AbortSignal) => Promise<void>;
  /** The agent's start, on the engine's clock. */
  readonly bornAt: string;
  readonly engineNow: () => string;
}

/** What a lane has not taken of the logs, and will read from the engine when it has room again. */
export interface LaneLag {
  readonly containers: number;
  /** That other lanes had since, where any had. */
  readonly records: number;
  /** What they weigh. */
  readonly bytes: number;
  /** What the lane has caught up with so far of the logs that it is behind with. */
  readonly doneBytes: number;
  /** How long ago the engine stamped the last line that was taken of the log that is furthest behind. */
  readonly seconds: number;
}

// So that a lane that comes back after an outage does not take all of the engine.
const catchUpsAtOnce = 4;

/** Keeps the log of each container read that any lane wants. */
export class LogCollector {
  #settings: LogCollectorSettings;
  #shared: FollowedSettings;
  readonly #followed = new Map<string, CollectedLog>();
  readonly #announced: Announced;
  #store: ChosenLogs;
  /** Containers whose driver answered that its log cannot be read. */
  readonly #unreadable = new Set<string>();
  readonly #turns = new WeakMap<LanePort, Slots>();
  readonly #openings: Openings;
  readonly #age: LogAge;
  readonly #signal: AbortSignal;
  #hasSwept = false;

  constructor(settings: LogCollectorSettings, signal: AbortSignal) {
    this.#settings = settings;
    this.#signal = signal;
    this.#announced = new Announced(settings.engine, signal);
    this.#store = chosenLogs(settings);
    this.#openings = new Openings(settings.clock);
    this.#age = new LogAge(settings.clock, settings.engineNow);
    this.#shared = this.#sharedByAll();
  }

  /**
   * Goes on by other settings and for other lanes, from where each lane stands in each log. A container that is
   * attached to stays so.
   */
  reconfigure({ logs, lanes }: Pick<LogCollectorSettings, 'logs' | 'lanes'>): void {
    const { reader, maxLineBytes } = this.#settings.logs;
    this.#settings = { ...this.#settings, logs, lanes };
    if (logs.reader !== reader) {
      this.#store.stop();
      this.#store = chosenLogs(this.#settings);
    }
    this.#shared = this.#sharedByAll();
    const isAnew = logs.reader !== reader || logs.maxLineBytes !== maxLineBytes;
    for (const followed of this.#followed.values())
      followed.reconfigure(this.#shared, isAnew ? 'anew' : 'kept');
    for (const container of this.#settings.directory.all()) this.changed(container);
    if (logs.reader !== reader) this.#store.say();
  }

  /** Counts of the container's log since the last call, for its stats. */
  tallyOf(id: string): LogTally | undefined {
    return this.#followed.get(id)?.tally;
  }

  /** How the container's log is read; nothing where it is not. */
  reportOf(id: string): LogReport | undefined {
    const followed = this.#followed.get(id);
    if (followed?.reader === undefined) return undefined;
    return { reader: followed.reader, ...followed.tally.totals() };
  }

  /** What a lane has yet to catch up with, over all containers. */
  lagOf(lane: LanePort): LaneLag {
    const lags = [...this.#followed.values()].flatMap((followed) => followed.lagOf(lane) ?? []);
    const sum = (of: 'records' | 'bytes' | 'doneBytes') =>
      lags.reduce((total, lag) => total + lag[of], 0);
    const since = lags.map((lag) => lag.since).toSorted()[0];
    const seconds = since === undefined ? 0 : secondsBetween(since, this.#settings.engineNow());
    const [records, bytes, doneBytes] = [sum('records'), sum('bytes'), sum('doneBytes')];
    return { containers: lags.length, records, bytes, doneBytes, seconds };
  }

  /** Resolves when nothing is read any more. */
  async stopped(): Promise<void> {
    await Promise.all([...this.#followed.values()].map((followed) => followed.idle()));
    this.#store.stop();
  }

  /** A container that will be started in a moment. */
  created(id: string): void {
    if (this.#settings.logs.rm === 'attach') this.#announced.created(id);
    else this.#store.created(id);
  }

  changed(container: ContainerDetails): void {
    const { id } = container;
    const isWanted = this.#settings.subjects.of(container).route.lanes.log.length > 0;
    const collected = this.#followed.get(id) ?? (isWanted ? this.#begun(container) : undefined);
    this.#announced.drop(id);
    if (collected === undefined) this.#store.forget(id);
    else this.#store.changed(container);
    collected?.changed(container);
  }

  /** The engine was reached, for the first time or again. */
  connected(): void {
    this.#store.reconnected();
  }

  gone({ id }: ContainerDetails): void {
    this.#announced.drop(id);
    const followed = this.#followed.get(id);
    if (followed === undefined) this.#store.forget(id);
    this.#store.gone(id);
    followed?.gone();
  }

  /** A container whose log was gone before it could be opened. */
  missed(event: EngineEvent, container: Described): void {
    this.#announced.drop(event.containerId);
    this.#store.forget(event.containerId);
    // It may have become known since: then its reader says how that went.
    if (!this.#followed.has(event.containerId)) this.#unread(container, []);
  }

  #sharedByAll(): FollowedSettings {
    const { logs, bornAt, subjects } = this.#settings;
    return {
      ...this.#settings,
      maxLineBytes: logs.maxLineBytes,
      agentBornAt: bornAt,
      store: this.#store,
      isHeld: (id) => this.#store.holds(id),
      sourceOf: (id) => this.#store.sourceOf(id),
      openings: this.#openings,
      age: this.#age,
      source: (container, stream) => subjects.of(container).source(stream),
      seen: (container, records) => this.#seen(container, records),
      lanesOf: (container) => subjects.of(container).route.lanes.log,
      turnsOf: (lane) => this.#turnsOf(lane),
      gap: (container, reason) => this.#gap(container, reason),
      unreadable: (container) => this.#attachInstead(container),
      unread: (container, lanes) => this.#unread(container, lanes),
    };
  }

  #begun(container: ContainerDetails): CollectedLog {
    const { id } = container;
    const readability = this.#unreadable.has(id) ? 'not_readable' : 'unknown';
    const known = { readability, isAnnounced: this.#announced.isOpen(id) } as const;
    const choice = readerFor(container, this.#settings.logs, known);
    const isReadable = readability === 'unknown' && container.logDriver !== 'none';
    const log = isReadable ? 'readable' : 'none';
    const collected =
      choice === 'attach'
        ? new AttachedLog(
            container,
            { log, announced: isReadable ? this.#announced.take(id) : undefined },
            this.#shared,
            this.#signal,
          )
        : new FollowedLog(container, this.#shared, this.#signal);
    this.#followed.set(id, collected);
    return collected;
  }

  #attachInstead(container: ContainerDetails): boolean {
    if (this.#settings.logs.reader !== 'attach') return false;
    this.#unreadable.add(container.id);
    this.#begun(container).changed(container);
    return true;
  }

  /** Forgets what is no more. To be called with the ids of all containers whenever they are known. */
  sweep(ids: ReadonlySet<string>): void {
    const { directory, lanes } = this.#settings;
    const isGone = (id: string) => !ids.has(id) && directory.get(id) === undefined;
    for (const [id, followed] of this.#followed)
      if (isGone(id) && !followed.isBusy) {
        this.#followed.delete(id);
        this.#unreadable.delete(id);
        this.#store.forget(id);
      }
    const lost = new Map<string, LogMark>();
    for (const { positions } of lanes)
      for (const mark of positions.marks()) {
        if (!isGone(mark.containerId) || this.#followed.has(mark.containerId)) continue;
        positions.forget(mark.containerId);
        // Of a log that was read to its end nothing is known to be missing.
        if (mark.ended === undefined) lost.set(mark.containerId, mark);
      }
    if (!this.#hasSwept) for (const mark of lost.values()) this.#goneMeanwhile(mark);
    if (!this.#hasSwept) this.#store.say();
    this.#hasSwept = true;
  }

  #turnsOf(lane: LanePort): Slots {
    const turns = this.#turns.get(lane) ?? new Slots(catchUpsAtOnce);
    this.#turns.set(lane, turns);
    return turns;
  }

  #goneMeanwhile({ containerId: id, name, position }: LogMark): void {
    const readUpTo = position?.after?.time;
    this.#unread({ id, name, image: '', labels: {} }, [], { readUpTo });
  }

  #seen(container: ContainerDetails, records: Records<LogRecord>): void {
    const { counters, taps, subjects } = this.#settings;
    counters.add('log_lines', records.length);
    if (!taps.isOpen) return;
    taps.show({ container, kind: 'log', lanes: subjects.of(container).route.lanes.log, records });
  }

  #unread(container: Described, lanes: readonly LanePort[], facts: object = {}): void {
    const { id, name } = container;
    const behind = lanes.map((lane) => lane.name);
    this.#settings.counters.add('log_unread_containers');
    this.#settings.log.warn(
      { container: name, id: shortId(id), sinks: behind, ...facts },
      'A container was removed before its log was read to the end.',
    );
    this.#tell(container, gapReasons.removed_unread());
  }

  #gap(container: ContainerDetails, reason: GapReason): void {
    this.#settings.counters.add('log_gaps');
    this.#settings.log.warn(
      { container: container.name, reason },
      'Lines may be missing from a log.',
    );
    this.#tell(container, reason);
  }

  /** Sends the gap where the container's events go. */
  #tell(container: Described, reason: GapReason): void {
    const time = this.#settings.engineNow();
    const { origin, route } = this.#settings.subjects.of(container);
    const event: ContainerEvent = {
      kind: 'event',
      id: `${shortId(container.id)}:v:${nanosOf(time)}:gap:0`,
      time,
      ...origin,
      action: 'gap',
      attributes: { reason },
    };
    const lanes = route.lanes.event;
    for (const lane of lanes) lane.offer([event]);
    const { taps } = this.#settings;
    if (taps.isOpen) taps.show({ container, kind: 'event', lanes, records: [event] });
  }
}

function secondsBetween(earlier: string, later: string): number {
  if (earlier === '') return 0;
  return Math.max(0, (millisecondsOf(later) - millisecondsOf(earlier)) / 1_000);
}
