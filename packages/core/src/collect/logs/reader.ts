import { type Clock, messageOf } from '@tallyman/sdk';
import type { ContainerDetails } from '../decode/inspect.ts';
import type { LogRecord, LogSource, StreamName } from '../decode/log.ts';
import { LogDecoder } from '../decode/log-decoder.ts';
import { type LogPosition, PositionLostError } from '../decode/resume.ts';
import { earlier, sinceOf, timeOfNanos } from '../decode/timestamp.ts';
import type { Counters } from '../vitals/counters.ts';
import type { Diagnostics } from '../vitals/log.ts';
import { Backoff } from './backoff.ts';
import type { ContainerDirectory } from './containers.ts';
import { type Engine, EngineError, type EngineErrorKind, type LogQuery } from './engine.ts';
import { type LogStart, runStartOf } from './log-start.ts';

export interface LogReaderSettings {
  readonly engine: Engine;
  readonly directory: ContainerDirectory;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Diagnostics;
  readonly counters: Counters;
  readonly maxLineBytes: number;
  /** Resolves while the engine can be reached: one wait for all readers. */
  readonly connected: (signal: AbortSignal) => Promise<void>;
  /** What records of a stream share at this moment. */
  readonly source: (stream: StreamName) => LogSource;
  /** Hands records on; a promise pauses reading. */
  readonly take: (records: readonly LogRecord[]) => Promise<void> | undefined;
  /** Told that lines may be missing, or that others may come twice. */
  readonly gap: (reason: string) => void;
}

/** One connection, read to its end. */
interface Reading {
  readonly decoder: LogDecoder;
  /** What it was cut short by, if anything. */
  readonly failure: unknown;
}

/** Why reading stopped: the container did, it is no more, or its log cannot be read at all. */
export type LogEnd = 'stopped' | 'gone' | 'not_readable';

// Times run backwards by milliseconds, and engine 20.10 leaves out every line before `since`.
const resumeMarginMs = 5_000;
const oneNanosecondMs = 1e-6;
const restLines = 1_000;

/**
 * Reads one container's log, over as many connections as it takes, and hands on each line once. Never
 * cancels a stream because the container stops: the engine ends it when all is read.
 */
export class LogReader {
  readonly #id: string;
  readonly #tty: boolean;
  readonly #settings: LogReaderSettings;
  readonly #backoff: Backoff;
  #position: LogPosition | undefined;
  #resumeBy: 'line' | 'time' = 'line';
  #start: LogStart;
  #hasConnected = false;
  #readUpTo: string | undefined;

  constructor(container: ContainerDetails, start: LogStart, settings: LogReaderSettings) {
    this.#id = container.id;
    this.#tty = container.tty;
    this.#start = start;
    this.#settings = settings;
    this.#backoff = new Backoff({ firstMs: 250, longestMs: 30_000, random: settings.random });
  }

  /** The end of the last run that was read to its end. */
  get readUpTo(): string | undefined {
    return this.#readUpTo;
  }

  /** Whether the log was ever opened. */
  get hasConnected(): boolean {
    return this.#hasConnected;
  }

  /** Reads until the container stops or is gone. To be called again when it has started again. */
  async run(signal: AbortSignal): Promise<LogEnd> {
    while (true) {
      const before = this.#settings.directory.get(this.#id);
      const reading = await this.#read({ follow: true, ...this.#from() }, signal);
      const end =
        reading.failure === undefined
          ? await this.#atEnd(reading, before?.finishedAt, signal)
          : await this.#atFailure(reading.failure, signal);
      if (end !== undefined) return end;
    }
  }

  /**
   * What the proper end of a stream means; nothing where reading goes on. Where the container runs again
   * already, the next connection reads what is left of the run before, and ends its last line by what follows:
   * only a TTY's last line could not be told from what follows.
   */
  async #atEnd(
    followed: Reading,
    finishedBefore: string | undefined,
    signal: AbortSignal,
  ): Promise<LogEnd | undefined> {
    const now = await this.#refreshed(signal);
    if (now === undefined) return this.#finish(followed, 'gone');
    if (now.isRunning && now.finishedAt === finishedBefore)
      return this.#wait('the log ended while the container runs', signal);
    if (now.isRunning) return this.#tty ? this.#finish(followed, undefined) : undefined;
    const rest = await this.#readRest(signal);
    if (isKind(rest.failure, 'gone')) return this.#finish(followed, 'gone');
    if (rest.failure !== undefined) return this.#atFailure(rest.failure, signal);
    this.#start = runStartOf(now);
    this.#readUpTo = now.finishedAt;
    return this.#finish(rest, 'stopped');
  }

  /** Hands on the lines that had no end: their container has stopped. */
  async #finish<E>({ decoder }: Reading, end: E): Promise<E> {
    await this.#take(decoder.flush());
    this.#position = decoder.position;
    return end;
  }

  async #atFailure(failure: unknown, signal: AbortSignal): Promise<LogEnd | undefined> {
    if (isKind(failure, 'not_readable')) return 'not_readable';
    // An engine under load also answers so for a container that lives; its inspect answer is the truth.
    if (isKind(failure, 'gone') && isGone(await this.#refreshed(signal))) return 'gone';
    if (!(failure instanceof PositionLostError)) return this.#wait(failure, signal);
    this.#resumeBy = 'time';
    this.#settings.gap(failure.message);
    return undefined;
  }

  /**
   * Engines end the stream of a container that stops before its very last lines (20.10 often does): what is
   * missing is asked for. From the end of the log if that reaches back far enough, as it costs the engine least.
   */
  async #readRest(signal: AbortSignal): Promise<Reading> {
    if (this.#position?.after !== undefined && !this.#isTorn && this.#resumeBy === 'line') {
      const reading = await this.#read({ follow: false, tail: restLines }, signal);
      if (reading.decoder.hasResumed) return reading;
      const { failure } = reading;
      if (failure !== undefined && !(failure instanceof PositionLostError)) return reading;
    }
    const reading = await this.#read({ follow: false, ...this.#from() }, signal);
    return reading.decoder.isPositionLost
      ? { ...reading, failure: new PositionLostError('the log ended without its last known line') }
      : reading;
  }

  #newDecoder(): LogDecoder {
    const { maxLineBytes, source, clock } = this.#settings;
    return new LogDecoder({
      tty: this.#tty,
      maxLineBytes,
      source,
      fallbackTime: timeOfNanos(BigInt(clock.now()) * 1_000_000n),
      resumeBy: this.#isTorn ? 'time' : this.#resumeBy,
      ...(this.#position === undefined ? {} : { position: this.#position }),
    });
  }

  /** Reads one connection to its end, and notes how far that led. */
  async #read(query: LogQuery, signal: AbortSignal): Promise<Reading> {
    const { engine, counters, connected } = this.#settings;
    const decoder = this.#newDecoder();
    let failure: unknown;
    try {
      await connected(signal);
      const source = await engine.logs(this.#id, query, signal);
      this.#hasConnected = true;
      await source.pump((bytes) => this.#take(decoder.write(bytes)));
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
    // A fault in the middle of a piece of the stream does not take the lines before it along.
    await this.#take(decoder.take());
    counters.add('log_untimed_pieces', decoder.untimedPieces);
    counters.add('log_repeats', decoder.repeatedLines);
    this.#position = decoder.position;
    return { decoder, failure };
  }

  #take(records: readonly LogRecord[]): Promise<void> | undefined {
    if (records.length === 0) return undefined;
    this.#backoff.reset();
    this.#resumeBy = 'line';
    return this.#settings.take(records);
  }

  /**
   * Whether a TTY's last line was ended only by its container's stop. The unframed stream would run it
   * together with the next run's first line, so it must not come again.
   */
  get #isTorn(): boolean {
    return this.#tty && this.#position?.after?.isTerminated === false;
  }

  /** Where the next connection begins. */
  #from(): Pick<LogQuery, 'since' | 'tail'> {
    const after = this.#position?.after;
    if (after !== undefined) {
      const marginMs = this.#isTorn ? -oneNanosecondMs : resumeMarginMs;
      return { since: sinceOf(earlier(after.time, marginMs)) };
    }
    if (this.#start.kind !== 'since') return {};
    const { since, tail } = this.#start;
    return tail === undefined ? { since } : { since, tail };
  }

  async #refreshed(signal: AbortSignal): Promise<ContainerDetails | undefined> {
    const { directory, connected } = this.#settings;
    while (true) {
      try {
        await connected(signal);
        return await directory.refresh(this.#id, signal);
      } catch (error) {
        signal.throwIfAborted();
        await this.#wait(error, signal);
      }
    }
  }

  async #wait(failure: unknown, signal: AbortSignal): Promise<undefined> {
    const { clock, log, counters } = this.#settings;
    const delayMs = Math.round(this.#backoff.nextMs());
    counters.add('log_reconnects');
    const error = messageOf(failure);
    log.debug({ container: this.#id, error, delayMs }, 'Reading a log again.');
    await clock.sleep(delayMs, signal);
  }
}

function isGone(container: ContainerDetails | undefined): boolean {
  return container === undefined || ['removing', 'dead'].includes(container.status);
}

function isKind(failure: unknown, kind: EngineErrorKind): boolean {
  return failure instanceof EngineError && failure.kind === kind;
}
