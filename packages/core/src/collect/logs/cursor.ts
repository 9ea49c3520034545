import { messageOf } from '@tallyman/sdk';
import { type LogSource, type StreamName, streamNames } from '../../decode/log.ts';
import { type DecodedChunk, LogDecoder } from '../../decode/log-decoder.ts';
import type { LogPosition } from '../../decode/resume.ts';
import { timeOfNanos } from '../../decode/timestamp.ts';
import type { Until } from '../../decode/until.ts';
import type { AttemptsSettings } from '../attempts.ts';
import { type GapReason, gapReasons } from '../gap-reasons.ts';
import { Approach, isAstray } from './approach.ts';
import { EndCheck, type Recourse } from './end-check.ts';
import { FollowCheck } from './follow-check.ts';
import { LongLineCheck, RepeatedPieceError } from './long-line-check.ts';
import type { Opening, Openings } from './openings.ts';
import type { LogPlace } from './place.ts';
import { Probe } from './probe.ts';
import { SilenceWatch } from './silence.ts';
import type { LogStart } from './start.ts';
import type { LogBytes, LogOwner, LogStore } from './store.ts';

export interface LogCursorSettings extends AttemptsSettings {
  /** Where the log is read. */
  readonly store: LogStore;
  readonly openings: Openings;
  readonly maxLineBytes: number;
  /** What records of a stream share at this moment. */
  readonly source: (stream: StreamName) => LogSource;
  /** Takes what was read; a promise pauses reading. */
  readonly take: (chunk: DecodedChunk) => Promise<void> | undefined;
  /** Told that lines may be missing. */
  readonly gap: (reason: GapReason) => void;
}

/** One connection, read to its end. */
export interface Reading {
  readonly decoder: LogDecoder;
  /** What it was cut short by, if anything. */
  readonly failure: unknown;
}

/** A place in one container's log, which moves on as the log is read, one connection at a time. */
export class LogCursor {
  readonly #container: LogOwner;
  readonly #settings: LogCursorSettings;
  #start: LogStart;
  #position: LogPosition | undefined;
  readonly #probe: Probe;
  readonly #approach: Approach;
  readonly #longLines: LongLineCheck;
  #hasConnected = false;

  constructor(container: LogOwner, { start, position }: LogPlace, settings: LogCursorSettings) {
    this.#container = container;
    this.#start = start;
    this.#position = position;
    this.#settings = settings;
    this.#probe = new Probe(container, settings.store, settings.clock);
    this.#longLines = new LongLineCheck(this.#probe, settings.maxLineBytes);
    this.#approach = new Approach({ container, probe: this.#probe, gap: settings.gap });
  }

  get position(): LogPosition | undefined {
    return this.#position;
  }

  get start(): LogStart {
    return this.#start;
  }

  /** Begins here where no line has been read yet. */
  set start(start: LogStart) {
    this.#start = start;
  }

  /** Whether the log was ever opened. */
  get hasConnected(): boolean {
    return this.#hasConnected;
  }

  /** Follows the log over one connection, for as long as it lasts. */
  follow(signal: AbortSignal): Promise<Reading> {
    return this.#read(true, signal);
  }

  /** Reads to the log's present end, or to `until`, over as many connections as it takes to find the place. */
  async toEnd(signal: AbortSignal, until?: Until): Promise<Reading> {
    while (true) {
      const reading = await this.#read(false, signal, until);
      const { failure, decoder } = reading;
      if (failure === undefined && (decoder.hasResumed || decoder.isComplete)) return reading;
      if (failure !== undefined && !isAstray(failure)) return reading;
      await this.reachFurther(failure, signal);
    }
  }

  /** Hands on the lines that had no end: their container has stopped. */
  async finish({ decoder }: Reading): Promise<void> {
    await this.#hand(decoder.flush());
  }

  /** After a failure that {@link isAstray}. Rejects as the engine does. */
  async reachFurther(failure: unknown, signal: AbortSignal): Promise<void> {
    const position = this.#position;
    const from = await this.#approach.further(failure, position, signal);
    if (position === undefined || from === undefined) return;
    // What stands before the damage, and between the places of it, as far as the engine gives it.
    const before = { ahead: [], youngest: streamNames.map((stream) => ({ stream, time: from })) };
    const decoder = this.#newDecoder(
      { position: before, by: 'time', reached: () => undefined },
      '',
    );
    const query = { follow: false, ...this.#approach.rangeBefore(position) };
    const source = await this.#settings.store.read(this.#container, query, signal);
    decoder.reads(source);
    await source.pump((bytes) => this.#pass(decoder.write(bytes)));
  }

  async #read(isFollowing: boolean, signal: AbortSignal, until?: Until): Promise<Reading> {
    const { counters, connected, openings } = this.#settings;
    let decoder = this.#newDecoder(until, '');
    let failure: unknown;
    try {
      await connected(signal);
      // A young container's log is short, and may not be there for long.
      const isYoung = this.#position === undefined && this.#start.kind === 'beginning';
      const opening = isYoung ? undefined : await openings.turn(signal);
      try {
        const expected = await this.#approach.expected(this.#position, isFollowing, signal);
        decoder = this.#newDecoder(until, expected);
        const check = new EndCheck(decoder, expected, this.#recourse);
        await this.#pump({ decoder, check, opening }, isFollowing, signal);
      } finally {
        opening?.end();
      }
    } catch (error) {
      signal.throwIfAborted();
      failure = error instanceof Complete ? undefined : error;
    }
    counters.add('log_untimed_pieces', decoder.untimedPieces);
    counters.add('log_repeats', decoder.repeatedLines);
    if (failure instanceof RepeatedPieceError) counters.add('log_repeats');
    return { decoder, failure };
  }

  async #pump(connection: Connection, isFollowing: boolean, signal: AbortSignal): Promise<void> {
    const { decoder, check, opening } = connection;
    const watch = this.#watch(connection, isFollowing, signal);
    try {
      const query = { follow: isFollowing, ...this.#approach.range(this.#position, this.#start) };
      const source = await this.#settings.store.read(this.#container, query, watch.signal);
      decoder.reads(source);
      this.#hasConnected = true;
      if (isFromEngine(source)) opening?.answered();
      else opening?.end();
      const following = isFollowing && isFromEngine(source) ? this.#begin(connection) : undefined;
      const checked = { ...connection, following };
      watch.start();
      await source.pump((bytes) => this.#take(checked, bytes, watch));
      check.end();
    } catch (error) {
      throw watch.reason ?? error;
    } finally {
      watch.stop();
      this.#longLines.end();
      // A fault in the middle of a piece of the stream does not take the lines before it along.
      if (decoder.hasSeenExpected) await this.#hand(check.pass(decoder.take()));
    }
  }

  get #recourse(): Recourse {
    const { directory, gap } = this.#settings;
    const { id, keepsFullLogFiles } = this.#container;
    return {
      isThere: () => {
        const container = directory.get(id);
        return container !== undefined && (container.isRunning || !container.isRemovedOnExit);
      },
      keepsFullFiles: keepsFullLogFiles !== false,
      missed: () => gap(gapReasons.rotated_unread()),
    };
  }

  /** What is to be checked of an engine that follows the log. */
  #begin({ decoder, check }: Connection): FollowCheck | undefined {
    const { clock } = this.#settings;
    this.#longLines.begin(this.#recourse.isThere);
    if (!this.#container.rotatesLog) return undefined;
    return new FollowCheck({
      decoder,
      check,
      clock,
      probe: this.#probe,
      recourse: this.#recourse,
      place: () => this.#position?.after?.time,
      said: this.#askingFailed,
    });
  }

  readonly #askingFailed = (error: unknown): void => {
    const { id } = this.#container;
    const message = 'Asking whether a log went on failed.';
    this.#settings.log.debug({ container: id, error: messageOf(error) }, message);
  };

  #take(connection: Connection, bytes: Buffer, watch: SilenceWatch): Promise<void> | undefined {
    const { decoder, opening, following } = connection;
    watch.hear();
    const damagedBefore = decoder.damagedPlaces;
    const chunks = decoder.write(bytes);
    this.#approach.checkStart(decoder);
    const handOn = () => this.#handOn(connection, chunks);
    const { signal } = watch;
    const doubt = this.#longLines.check(signal) ?? following?.step(chunks, signal);
    // What is asked of an engine at the opening counts as the opening.
    const opened = () => opening?.end();
    if (doubt === undefined) opened();
    else doubt.then(opened, opened);
    const wait = doubt === undefined ? handOn() : doubt.then(handOn);
    if (decoder.damagedPlaces > damagedBefore) this.#damaged();
    if (wait !== undefined) watch.pausedUntil(wait);
    return wait;
  }

  #handOn(
    { decoder, check, following }: Connection,
    chunks: readonly DecodedChunk[],
  ): Promise<void> | undefined {
    const wait = this.#hand(check.pass(chunks));
    if (wait !== undefined) following?.pausedUntil(wait);
    if (!decoder.isComplete) return wait;
    if (wait === undefined) throw new Complete();
    return wait.then(() => {
      throw new Complete();
    });
  }

  #damaged(): void {
    this.#settings.gap(gapReasons.file_damaged());
  }

  #hand(chunks: readonly DecodedChunk[]): Promise<void> | undefined {
    if (chunks.length > 0) this.#approach.found();
    return this.#pass(chunks);
  }

  #pass(chunks: readonly DecodedChunk[]): Promise<void> | undefined {
    for (let index = 0; index < chunks.length; index++) {
      const chunk = chunks[index] as DecodedChunk;
      const wait = this.#settings.take(chunk);
      if (wait !== undefined)
        return wait.then(() => {
          this.#position = chunk.position;
          return this.#pass(chunks.slice(index + 1));
        });
      this.#position = chunk.position;
    }
    return undefined;
  }

  #newDecoder(until: Until | undefined, expected: string): LogDecoder {
    const { maxLineBytes, source, clock } = this.#settings;
    const { tail } = this.#approach.range(this.#position, this.#start);
    return new LogDecoder({
      tty: this.#container.tty,
      maxLineBytes,
      source,
      fallbackTime: timeOfNanos(BigInt(clock.now()) * 1_000_000n),
      resumeBy: this.#approach.resumeBy(this.#position),
      expected,
      ...(this.#position === undefined ? {} : { position: this.#position }),
      ...(this.#position === undefined || tail === undefined ? {} : { tail }),
      ...(until === undefined ? {} : { until }),
      comesTwice: this.#longLines.doubt,
    });
  }

  #watch({ decoder, check }: Connection, isFollowing: boolean, signal: AbortSignal): SilenceWatch {
    const { clock, random } = this.#settings;
    return new SilenceWatch({
      clock,
      random,
      isFollowing,
      // What is known to be in the log comes at once.
      expectsLine: () => !decoder.hasResumed || !decoder.hasSeenExpected,
      missing: () => check.failure,
      newestHeard: () => decoder.newestTime,
      newestThere: (limited) => this.#probe.newest(limited),
      said: this.#askingFailed,
      signal,
    });
  }
}

// Only the engine is to be spared: it reads in a log before it answers.
function isFromEngine({ syntax }: LogBytes): boolean {
  return syntax === 'frames' || syntax === 'console';
}

/** What is told of one connection while it lasts. */
interface Connection {
  readonly decoder: LogDecoder;
  readonly check: EndCheck;
  readonly opening: Opening | undefined;
  /** Where the engine follows a log that may be rotated. */
  readonly following?: FollowCheck | undefined;
}

/** All that was wanted of a connection was read. */
class Complete extends Error {}
