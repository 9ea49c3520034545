import { messageOf } from '@tallyman/sdk';
import type { ContainerDetails } from '../../decode/inspect.ts';
import { type LogRecord, type LogSource, type StreamName, shortId } from '../../decode/log.ts';
import type { DecodedChunk } from '../../decode/log-decoder.ts';
import type { Records } from '../../decode/records.ts';
import type { LogSettings } from '../../settings.ts';
import type { LanePort } from '../../ship/lane-port.ts';
import type { Engine } from '../engine.ts';
import type { GapReason } from '../gap-reasons.ts';
import type { Slots } from '../slots.ts';
import type { LogAge } from './age.ts';
import { Audience, type Lag } from './audience.ts';
import { CatchUp } from './catch-up.ts';
import type { CollectedLog, LogReaderKind } from './collected.ts';
import type { LogCursorSettings } from './cursor.ts';
import { Handover } from './handover.ts';
import { type LogPlace, markOf, placeOf, timeOfPlace } from './place.ts';
import { type LogEnd, LogReader } from './reader.ts';
import { type Births, firstPlaceOf } from './start.ts';
import { LogTally } from './tally.ts';

export interface FollowedSettings extends Omit<LogCursorSettings, 'take' | 'source' | 'gap'> {
  readonly engine: Engine;
  /** Whether the log of a container is open, also where the container itself is gone. */
  readonly isHeld: (id: string) => boolean;
  /** Where the log of a container is read from. */
  readonly sourceOf: (id: string) => 'engine' | 'file';
  readonly logs: LogSettings;
  /** The time on the engine's clock. */
  readonly engineNow: () => string;
  readonly agentBornAt: string;
  readonly age: LogAge;
  readonly source: (container: ContainerDetails, stream: StreamName) => LogSource;
  readonly gap: (container: ContainerDetails, reason: GapReason) => void;
  /** Told of lines that were read, and of each once. */
  readonly seen: (container: ContainerDetails, records: Records<LogRecord>) => void;
  /** The lanes that take the container's log now. */
  readonly lanesOf: (container: ContainerDetails) => readonly LanePort[];
  /** Bounds how many logs a lane catches up with at once. */
  readonly turnsOf: (lane: LanePort) => Slots;
  /** Told when a container's log turns out not to be readable; whether there is another way to read it. */
  readonly unreadable: (container: ContainerDetails) => boolean;
  /** Told when lines were gone before a lane had them. */
  readonly unread: (container: ContainerDetails, lanes: readonly LanePort[]) => void;
}

/** A lane that catches up. */
interface Coming {
  readonly ended: Promise<void>;
  readonly abandon: () => void;
}

const unexpectedMs = 30_000;

/** One container whose log is, or was, read: by one reader for all lanes that keep up, and by one for each that does not. */
export class FollowedLog implements CollectedLog {
  readonly tally: LogTally;
  #settings: FollowedSettings;
  readonly #signal: AbortSignal;
  readonly #audience: Audience;
  readonly #handover: Handover;
  readonly #catchingUp = new Map<LanePort, Coming>();
  #container: ContainerDetails;
  #reading: Promise<void> | undefined;
  /** Ends what is being read, to be gone on with from its place. */
  #abandoned = new AbortController();
  #isReadable = true;
  #isPaused = false;
  readonly #gone = new AbortController();

  constructor(container: ContainerDetails, settings: FollowedSettings, signal: AbortSignal) {
    this.#container = container;
    this.#settings = settings;
    this.#signal = signal;
    this.tally = new LogTally(settings.logs.count);
    const lanes = settings.lanesOf(container);
    const places = new Map(lanes.map((lane) => [lane, this.#firstPlace(lane)]));
    this.#audience = new Audience(places, { start: { kind: 'beginning' } });
    const left = () => this.#bringAllBack();
    this.#handover = new Handover({ ...settings, audience: this.#audience, left });
  }

  get reader(): LogReaderKind | undefined {
    const { live, behind } = this.#audience;
    const isRead = this.#isReadable && live.length + behind.length > 0;
    return isRead ? this.#settings.sourceOf(this.#container.id) : undefined;
  }

  /** Whether anything of it is under way. */
  get isBusy(): boolean {
    return this.#reading !== undefined || this.#catchingUp.size > 0;
  }

  /** How far a lane is behind, where it is, and since when on the engine's clock. */
  lagOf(lane: LanePort): (Lag & { readonly since: string }) | undefined {
    const lag = this.#audience.lagOf(lane);
    const place = this.#audience.placeOf(lane);
    return lag && place && { ...lag, since: timeOfPlace(place) };
  }

  /** Resolves when nothing of it is under way any more. */
  async idle(): Promise<void> {
    const coming = [...this.#catchingUp.values()].map(({ ended }) => ended);
    await Promise.all([this.#reading, ...coming]);
  }

  /** Takes note of the container's new state, and reads where there is something to read. */
  changed(container: ContainerDetails): void {
    this.#container = container;
    // A lane that takes it only now takes what is read from now on.
    this.#seat(this.#settings.lanesOf(container), () => this.#audience.place);
    this.#goOn();
  }

  /** As a new start would: a lane that takes it only now begins as with any log that it sees for the first time. */
  reconfigure(settings: FollowedSettings, reading: 'kept' | 'anew'): void {
    this.#settings = settings;
    this.tally.match(settings.logs.count);
    const lanes = settings.lanesOf(this.#container);
    const isGone = this.#gone.signal.aborted;
    const seated = isGone ? lanes.filter((lane) => this.#audience.seats(lane)) : lanes;
    this.#seat(seated, (lane) => this.#firstPlace(lane));
    // What is gone may be open still, and could not be opened again.
    if (reading === 'anew' && !isGone) this.#readAnew();
    this.#goOn();
  }

  /** The container is no more: what is under way ends by itself. */
  gone(): void {
    // It was gone before its start was known.
    const { live, place } = this.#audience;
    const isUnread = this.#reading === undefined && place.position === undefined;
    const { isHeld } = this.#settings;
    if (isUnread && live.length > 0 && !this.#gone.signal.aborted && isHeld(this.#container.id))
      this.#read();
    this.#gone.abort(new Error('the container is gone'));
  }

  #seat(lanes: readonly LanePort[], firstPlace: (lane: LanePort) => LogPlace): void {
    const { place } = this.#audience;
    const left = this.#audience.seat(lanes, firstPlace);
    for (const lane of left) this.#catchingUp.get(lane)?.abandon();
    const isDeserted = left.length > 0 && this.#audience.live.length === 0;
    if (isDeserted || this.#audience.place !== place) this.#abandon();
    this.#handover.reseated();
  }

  #readAnew(): void {
    this.#abandon();
    for (const coming of this.#catchingUp.values()) coming.abandon();
    if (!this.#isReadable) this.#unreadable();
  }

  #abandon(): void {
    this.#abandoned.abort(new Error('the log is read no more, or anew'));
  }

  /** Starts whatever should be under way and is not. */
  #goOn(): void {
    if (this.#signal.aborted || !this.#isReadable || this.#isPaused) return;
    this.#bringAllBack();
    if (this.#reading === undefined && this.#isWanted()) this.#read();
  }

  // A stopped container is read once, to the end of its last run.
  #isWanted(): boolean {
    if (this.#gone.signal.aborted || this.#audience.live.length === 0) return false;
    const { isRunning, finishedAt } = this.#container;
    return isRunning || finishedAt !== this.#audience.place.ended;
  }

  #read(): void {
    const abandoned = new AbortController();
    this.#abandoned = abandoned;
    const signal = AbortSignal.any([this.#signal, abandoned.signal]);
    const reader = new LogReader(this.#container, this.#audience.place, {
      ...this.#readerSettings(),
      take: (chunk) => {
        // Not the signal of both, which asks both anew each time: that takes as long as handing the chunk on.
        if (this.#signal.aborted || abandoned.signal.aborted) signal.throwIfAborted();
        return this.#deliver(chunk, reader, signal);
      },
    });
    this.#reading = reader
      .run(signal)
      .then((end) => {
        if (!abandoned.signal.aborted) this.#ended(end, reader);
      })
      .catch((error: unknown) => this.#failed(error, abandoned.signal))
      .finally(() => {
        this.#reading = undefined;
        this.#goOn();
      });
  }

  #deliver(
    { records, position }: DecodedChunk,
    reader: LogReader,
    signal: AbortSignal,
  ): Promise<void> | undefined {
    const place = { start: reader.place.start, position };
    const read = { chunk: { records, mark: markOf(this.#container, place) }, place };
    const taken = () => {
      this.tally.add(records);
      this.#settings.seen(this.#container, records);
    };
    const nobody = () => {
      this.#abandon();
      signal.throwIfAborted();
    };
    return this.#handover.give(read, { taken, nobody }, signal);
  }

  #ended(end: LogEnd, reader: LogReader): void {
    if (end === 'not_readable') {
      this.#unreadable();
      return;
    }
    const live = this.#audience.live;
    const { place } = reader;
    const isGone = end !== 'stopped';
    this.#close(isGone ? { ...place, ended: this.#lastEnd() } : place);
    if (isGone) this.gone();
    if (end === 'lost') this.#settings.unread(this.#container, live);
  }

  /** The lanes have all there is up to the end of a run. */
  #close(place: LogPlace): void {
    const chunk = { records: [], mark: markOf(this.#container, place) };
    this.#audience.hand({ chunk, place }, 'live');
  }

  #lastEnd(): string {
    return this.#container.finishedAt ?? this.#settings.engineNow();
  }

  #failed(error: unknown, abandoned: AbortSignal): void {
    if (this.#signal.aborted || abandoned.aborted) return;
    const { id, name } = this.#container;
    const { log, clock } = this.#settings;
    log.error(
      { container: name, id: shortId(id), error: messageOf(error) },
      'Reading a log stopped unexpectedly, it is tried again in half a minute.',
    );
    this.#isPaused = true;
    clock.after(unexpectedMs, () => {
      this.#isPaused = false;
      this.#goOn();
    });
  }

  #unreadable(): void {
    this.#isReadable = false;
    if (this.#settings.unreadable(this.#container)) return;
    const { id, name, logDriver } = this.#container;
    this.#settings.log.warn(
      { container: name, id: shortId(id), logDriver },
      'The log driver of a container cannot be read, its logs are not collected; give it a readable one such as json-file or local.',
    );
  }

  #bringAllBack(): void {
    for (const lane of this.#audience.behind) this.#bringBack(lane);
  }

  #bringBack(lane: LanePort): void {
    if (this.#catchingUp.has(lane) || this.#signal.aborted) return;
    const abandoned = new AbortController();
    const signal = AbortSignal.any([this.#signal, abandoned.signal]);
    const ended = this.#catchUp(lane, signal)
      .catch(() => {
        // The agent is stopping, or the lane is: what is behind stays so.
      })
      .finally(() => {
        this.#catchingUp.delete(lane);
        if (this.#signal.aborted) return;
        this.#handover.reseated();
        // The lane may be seated again.
        if (abandoned.signal.aborted || this.#reading === undefined) this.#goOn();
      });
    const abandon = () => abandoned.abort(new Error('the lane takes the log no more, or anew'));
    this.#catchingUp.set(lane, { ended, abandon });
  }

  /** Until the lane is with the others again. Rejects with the signal's reason. */
  async #catchUp(lane: LanePort, signal: AbortSignal): Promise<void> {
    const { turnsOf } = this.#settings;
    const turns = turnsOf(lane);
    const catchUp = new CatchUp({
      ...this.#readerSettings(),
      lane,
      audience: this.#audience,
      container: () => this.#container,
      isContended: () => turns.isContended,
      isOver: () => this.#isOver,
    });
    const waiting = AbortSignal.any([signal, this.#gone.signal]);
    while (this.#audience.placeOf(lane) !== undefined) {
      // Nobody waits for what is gone.
      await lane.room('history', waiting).catch((error: unknown) => this.#orGone(error, signal));
      if (this.#takesTheLead(lane)) return;
      const end = await turns.use(() => catchUp.run(signal));
      if (end === 'gone' || end === 'read') this.#release(lane);
      if (end === 'gone') this.#settings.unread(this.#container, [lane]);
      if (end !== 'behind') return;
      const pausing = this.#gone.signal.aborted ? signal : waiting;
      await catchUp.pause(pausing).catch((error: unknown) => this.#orGone(error, signal));
    }
  }

  #orGone(error: unknown, signal: AbortSignal): void {
    if (signal.aborted || !this.#gone.signal.aborted) throw error;
  }

  #takesTheLead(lane: LanePort): boolean {
    if (this.#gone.signal.aborted) return false;
    if (this.#audience.live.length > 0 || this.#reading !== undefined) return false;
    this.#audience.lead(lane);
    return true;
  }

  /** Whether the container went before the shared reader had read its log to the end: it does not read on. */
  get #isOver(): boolean {
    if (!this.#gone.signal.aborted || this.#reading !== undefined) return false;
    const { ended } = this.#audience.place;
    const { finishedAt } = this.#container;
    return ended === undefined || (finishedAt !== undefined && ended !== finishedAt);
  }

  /** There is nothing for the lane to come back to. */
  #release(lane: LanePort): void {
    const place = this.#audience.placeOf(lane);
    this.#audience.giveUp(lane);
    const ended = { ...(place ?? this.#audience.place), ended: this.#lastEnd() };
    lane.offerLog({ records: [], mark: markOf(this.#container, ended) }, 'live');
  }

  #firstPlace(lane: LanePort): LogPlace {
    const { logs, agentBornAt } = this.#settings;
    const births: Births = { stateAt: lane.positions.bornAt, agentAt: agentBornAt };
    const mark = lane.positions.get(this.#container.id);
    return placeOf(mark, firstPlaceOf(this.#container, logs.startAt, births));
  }

  #readerSettings(): Omit<LogCursorSettings, 'take'> {
    const { source, gap } = this.#settings;
    return {
      ...this.#settings,
      source: (stream) => source(this.#container, stream),
      gap: (reason) => gap(this.#container, reason),
    };
  }
}
