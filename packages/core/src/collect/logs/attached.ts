import { messageOf } from '@tallyman/sdk';
import type { ContainerDetails } from '../../decode/inspect.ts';
import { type LogRecord, shortId } from '../../decode/log.ts';
import type { DecodedChunk } from '../../decode/log-decoder.ts';
import type { Records } from '../../decode/records.ts';
import type { AnnouncedConnection } from '../attach/announced.ts';
import { type AttachEnd, AttachReader, type LogReading } from '../attach/reader.ts';
import type { CollectedLog } from './collected.ts';
import type { FollowedSettings } from './followed.ts';
import { markOf } from './place.ts';
import { LogReader } from './reader.ts';
import { firstPlaceOf } from './start.ts';
import { LogTally } from './tally.ts';

/** What is known of the connection to a container that is attached to. */
export interface AttachWay {
  /** Whether the engine's log is read where attaching comes too late. */
  readonly log: 'readable' | 'none';
  /** Made when the container was announced. */
  readonly announced: AnnouncedConnection | undefined;
}

/** One container that is attached to. Its lines have no place to go on from, and never wait for a lane. */
export class AttachedLog implements CollectedLog {
  readonly reader = 'attach';
  readonly tally: LogTally;
  #settings: FollowedSettings;
  readonly #signal: AbortSignal;
  readonly #reader: AttachReader;
  #container: ContainerDetails;
  #reading: Promise<void> | undefined;
  #isOver = false;

  constructor(
    container: ContainerDetails,
    { log, announced }: AttachWay,
    settings: FollowedSettings,
    signal: AbortSignal,
  ) {
    this.#container = container;
    this.#settings = settings;
    this.#signal = signal;
    this.tally = new LogTally(settings.logs.count);
    const readLog = (since?: string) => this.#logReading(since);
    this.#reader = new AttachReader(container, {
      ...settings,
      bornAt: settings.agentBornAt,
      source: (stream) => settings.source(this.#container, stream),
      gap: (reason) => settings.gap(this.#container, reason),
      take: (records) => this.#take(records),
      ...(announced === undefined ? {} : { announced }),
      ...(log === 'readable' ? { readLog } : {}),
    });
  }

  get isBusy(): boolean {
    return this.#reading !== undefined;
  }

  /** Nothing: a lane without room loses these lines at once. */
  lagOf(): undefined {
    return undefined;
  }

  async idle(): Promise<void> {
    await this.#reading;
  }

  changed(container: ContainerDetails): void {
    this.#container = container;
    this.#goOn();
  }

  /** It stays attached, also where nobody takes its lines now: whoever attaches anew has missed some. */
  reconfigure(settings: FollowedSettings): void {
    this.tally.match(settings.logs.count);
    this.#settings = settings;
  }

  gone(): void {
    this.#reader.gone();
  }

  #goOn(): void {
    if (this.#signal.aborted || this.#isOver || this.#reading !== undefined) return;
    const { isRunning, finishedAt } = this.#container;
    const { readUpTo } = this.#reader;
    // Also before its first run: that is when attaching is in time.
    if (readUpTo !== undefined && !isRunning && finishedAt === readUpTo) return;
    this.#reading = this.#reader
      .run(this.#signal)
      .then((end) => this.#ended(end))
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#reading = undefined;
        this.#goOn();
      });
  }

  #ended(end: AttachEnd): void {
    if (end === 'stopped') return;
    this.#isOver = true;
    if (!this.#reader.hasConnected) this.#settings.unread(this.#container, []);
  }

  #failed(error: unknown): void {
    this.#isOver = true;
    if (this.#signal.aborted) return;
    const { id, name } = this.#container;
    this.#settings.log.error(
      { container: name, id: shortId(id), error: messageOf(error) },
      'Reading a container that is attached to stopped unexpectedly; it is taken up again when the agent starts anew.',
    );
  }

  #take(records: readonly LogRecord[]): void {
    if (records.length === 0) return;
    this.#count(records);
    for (const lane of this.#settings.lanesOf(this.#container)) lane.offer(records);
  }

  /** Of the engine's log the lanes keep their place, should the agent start anew meanwhile. */
  #takeFromLog({ records, position }: DecodedChunk): undefined {
    this.#count(records);
    const mark = markOf(this.#container, { start: { kind: 'beginning' }, position });
    for (const lane of this.#settings.lanesOf(this.#container))
      if (!lane.offerLog({ records, mark }, 'live')) lane.offer(Array.from(records));
  }

  #count(records: Records<LogRecord>): void {
    this.tally.add(records);
    this.#settings.seen(this.#container, records);
  }

  #logReading(since: string | undefined): LogReading {
    const { logs, agentBornAt } = this.#settings;
    const births = { stateAt: agentBornAt, agentAt: agentBornAt };
    const place =
      since === undefined
        ? firstPlaceOf(this.#container, logs.startAt, births)
        : { start: { kind: 'since' as const, time: since } };
    const reader = new LogReader(this.#container, place, {
      ...this.#settings,
      source: (stream) => this.#settings.source(this.#container, stream),
      gap: (reason) => this.#settings.gap(this.#container, reason),
      take: (chunk) => this.#takeFromLog(chunk),
    });
    return {
      get hasConnected() {
        return reader.hasConnected;
      },
      get hasRead() {
        return reader.place.position !== undefined;
      },
      run: async (signal) => {
        const end = await reader.run(signal);
        return end === 'lost' ? 'gone' : end;
      },
    };
  }
}
