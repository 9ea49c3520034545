import type { Clock, ContainerEvent } from '@tallyman/sdk';
import type { EngineEvent } from '../decode/event.ts';
import type { ContainerDetails } from '../decode/inspect.ts';
import { type LogRecord, shortId } from '../decode/log.ts';
import { nanosOf } from '../decode/timestamp.ts';
import { dispatch, dispatchAtOnce } from '../route/router.ts';
import type { LogSettings } from '../settings.ts';
import type { Counters } from '../vitals/counters.ts';
import type { Diagnostics } from '../vitals/log.ts';
import type { ContainerDirectory } from './containers.ts';
import type { Engine } from './engine.ts';
import { type LogEnd, LogReader } from './log-reader.ts';
import { logStartOf, sinceTime } from './log-start.ts';
import { LogTally } from './log-tally.ts';
import type { Subjects } from './subjects.ts';

export interface LogCollectorSettings {
  readonly engine: Engine;
  readonly directory: ContainerDirectory;
  readonly subjects: Subjects;
  readonly logs: LogSettings;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Diagnostics;
  readonly counters: Counters;
  readonly connected: (signal: AbortSignal) => Promise<void>;
  /** The agent's start, on the engine's clock. */
  readonly bornAt: string;
  readonly engineNow: () => string;
}

/** One container whose log is, or was, read. */
interface Followed {
  container: ContainerDetails;
  readonly reader: LogReader;
  readonly tally: LogTally;
  isReading: boolean;
  /** The end of the last run that was read to its end. */
  readUpTo: string | undefined;
  isReadable: boolean;
}

/** Keeps one reader for each container that any lane wants logs of. */
export class LogCollector {
  readonly #settings: LogCollectorSettings;
  readonly #followed = new Map<string, Followed>();
  readonly #reading = new Set<Promise<void>>();
  readonly #signal: AbortSignal;

  constructor(settings: LogCollectorSettings, signal: AbortSignal) {
    this.#settings = settings;
    this.#signal = signal;
  }

  /** Counts of the container's log since the last call, for its stats. */
  tallyOf(id: string): LogTally | undefined {
    return this.#followed.get(id)?.tally;
  }

  /** Resolves when all readers have stopped. */
  async stopped(): Promise<void> {
    await Promise.all(this.#reading);
  }

  changed(container: ContainerDetails): void {
    const known = this.#followed.get(container.id);
    if (known !== undefined) known.container = container;
    if (this.#settings.subjects.of(container).route.lanes.log.length === 0) return;
    const followed = known ?? this.#follow(container);
    if (this.#isWanted(followed)) this.#read(followed);
  }

  gone({ id }: ContainerDetails): void {
    const followed = this.#followed.get(id);
    if (followed !== undefined && !followed.isReading) this.#followed.delete(id);
  }

  /** A container whose log was gone before it could be opened. */
  missed(event: EngineEvent, name: string): void {
    // It may have become known since: then its reader says how that went.
    if (!this.#followed.has(event.containerId)) this.#unread(event.containerId, name);
  }

  #follow(container: ContainerDetails): Followed {
    const { logs, bornAt } = this.#settings;
    const start = logStartOf(container, logs.startAt, bornAt);
    const { id } = container;
    const tally = new LogTally(logs.count);
    // Should it start again, what it printed before is still not wanted. The engine may stamp an unterminated
    // last line after `FinishedAt`.
    const from = start.kind === 'none' ? sinceTime(bornAt) : start;
    const reader = new LogReader(container, from, {
      ...this.#settings,
      maxLineBytes: logs.maxLineBytes,
      source: (stream) => this.#settings.subjects.of(followed.container).source(stream),
      take: (records) => this.#take(followed, records),
      gap: (reason) => this.#gap(followed, reason),
    });
    const readUpTo = start.kind === 'none' ? container.finishedAt : undefined;
    const followed: Followed = {
      container,
      reader,
      tally,
      readUpTo,
      isReading: false,
      isReadable: true,
    };
    this.#followed.set(id, followed);
    return followed;
  }

  // A stopped container is read once, to the end of its last run.
  #isWanted({ container, isReading, isReadable, readUpTo }: Followed): boolean {
    if (isReading || !isReadable || this.#signal.aborted) return false;
    return container.isRunning || container.finishedAt !== readUpTo;
  }

  #read(followed: Followed): void {
    followed.isReading = true;
    const reading = followed.reader
      .run(this.#signal)
      .then((end) => this.#ended(followed, end))
      .catch((error: unknown) => this.#failed(followed, error))
      .finally(() => this.#reading.delete(reading));
    this.#reading.add(reading);
  }

  #ended(followed: Followed, end: LogEnd): void {
    followed.isReading = false;
    const { id, name, logDriver } = followed.container;
    const { directory, log } = this.#settings;
    const now = directory.get(id);
    if (end === 'not_readable') {
      followed.isReadable = false;
      log.warn(
        { container: name, id: shortId(id), logDriver },
        'The log driver of a container cannot be read, its logs are not collected; give it a readable one such as json-file or local.',
      );
    }
    if (end === 'gone' && !followed.reader.hasConnected) this.#unread(id, name);
    if (end === 'gone' || now === undefined) {
      this.#followed.delete(id);
      return;
    }
    if (end === 'stopped') followed.readUpTo = followed.reader.readUpTo;
    if (this.#isWanted(followed)) this.#read(followed);
  }

  #failed(followed: Followed, error: unknown): void {
    followed.isReading = false;
    if (this.#signal.aborted) return;
    const { id, name } = followed.container;
    this.#settings.log.error(
      { container: name, id: shortId(id), error },
      'Reading a log stopped unexpectedly, it is taken up again when the container changes.',
    );
  }

  #take(followed: Followed, records: readonly LogRecord[]): Promise<void> | undefined {
    followed.tally.add(records);
    this.#settings.counters.add('log_lines', records.length);
    const { route } = this.#settings.subjects.of(followed.container);
    return dispatch(records, route.lanes.log, this.#signal);
  }

  #unread(id: string, name: string): void {
    this.#settings.counters.add('log_unread_containers');
    this.#settings.log.warn(
      { container: name, id: shortId(id) },
      'A container was removed before its log could be read.',
    );
  }

  #gap({ container }: Followed, reason: string): void {
    this.#settings.counters.add('log_gaps');
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
    dispatchAtOnce([event], route.lanes.event);
    this.#settings.log.warn(
      { container: container.name, reason },
      'Lines may be missing from a log.',
    );
  }
}
