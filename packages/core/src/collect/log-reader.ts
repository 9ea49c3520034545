import type { Clock } from '@tallyman/sdk';
import type { ContainerDetails } from '../decode/inspect.ts';
import type { LogRecord, LogSource, StreamName } from '../decode/log.ts';
import { LogDecoder } from '../decode/log-decoder.ts';
import { type LogPosition, PositionLostError } from '../decode/resume.ts';
import { earlier, sinceOf, timeOfNanos } from '../decode/timestamp.ts';
import type { Counters } from '../vitals/counters.ts';
import type { Diagnostics } from '../vitals/log.ts';
import { Backoff } from './backoff.ts';
import type { ContainerDirectory } from './containers.ts';
import { type Engine, EngineError, type LogQuery } from './engine.ts';
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
  /** The present moment on the engine's clock. */
  readonly engineNow: () => string;
  /** Told that lines may be missing, or that others may come twice. */
  readonly gap: (reason: string) => void;
}

/** Why reading stopped: the container did, it is no more, or its log cannot be read at all. */
export type LogEnd = 'stopped' | 'gone' | 'not_readable';

// Times run backwards by milliseconds, and engine 20.10 leaves out every line before `since`.
const resumeMarginMs = 5_000;
const oneNanosecondMs = 1e-6;

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

  constructor(container: ContainerDetails, start: LogStart, settings: LogReaderSettings) {
    this.#id = container.id;
    this.#tty = container.tty;
    this.#start = start;
    this.#settings = settings;
    this.#backoff = new Backoff({ firstMs: 250, longestMs: 30_000, random: settings.random });
  }

  /** Whether the log was ever opened. */
  get hasConnected(): boolean {
    return this.#hasConnected;
  }

  /** Reads until the container stops or is gone. To be called again when it has started again. */
  async run(signal: AbortSignal): Promise<LogEnd> {
    while (true) {
      const before = this.#settings.directory.get(this.#id);
      const decoder = this.#newDecoder();
      const failure = await this.#connection(decoder, signal);
      signal.throwIfAborted();
      this.#position = decoder.position;
      const end = await this.#endOf(before, decoder, failure, signal);
      if (end !== undefined) return end;
    }
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

  /** Reads one connection to its end. Resolves to what went wrong, if anything. */
  async #connection(decoder: LogDecoder, signal: AbortSignal): Promise<unknown> {
    const { engine, counters, connected } = this.#settings;
    try {
      await connected(signal);
      const source = await engine.logs(this.#id, this.#query(), signal);
      this.#connected();
      await source.pump((bytes) => this.#take(decoder.write(bytes)));
      return decoder.isPositionLost ? new PositionLostError('the log ended before it') : undefined;
    } catch (error) {
      return error;
    } finally {
      counters.add('log_untimed_pieces', decoder.untimedPieces);
    }
  }

  #take(records: readonly LogRecord[]): Promise<void> | undefined {
    if (records.length === 0) return undefined;
    this.#backoff.reset();
    this.#resumeBy = 'line';
    return this.#settings.take(records);
  }

  #connected(): void {
    this.#hasConnected = true;
    // Should this connection be cut before the first line, the next one goes on from here.
    if (this.#start.kind === 'end')
      this.#start = { kind: 'since', since: sinceOf(this.#settings.engineNow()) };
  }

  /**
   * Whether a TTY's last line was ended only by its container's stop. The unframed stream would run it
   * together with the next run's first line, so it must not come again.
   */
  get #isTorn(): boolean {
    return this.#tty && this.#position?.after?.isTerminated === false;
  }

  #query(): LogQuery {
    const after = this.#position?.after;
    if (after !== undefined) {
      const marginMs = this.#isTorn ? -oneNanosecondMs : resumeMarginMs;
      return { follow: true, since: sinceOf(earlier(after.time, marginMs)) };
    }
    if (this.#start.kind === 'since') return { follow: true, since: this.#start.since };
    return this.#start.kind === 'end' ? { follow: true, tail: 0 } : { follow: true };
  }

  /** What the end of a connection means; nothing where reading goes on. */
  async #endOf(
    before: ContainerDetails | undefined,
    decoder: LogDecoder,
    failure: unknown,
    signal: AbortSignal,
  ): Promise<LogEnd | undefined> {
    if (failure instanceof EngineError && failure.kind === 'not_readable') return 'not_readable';
    if (failure instanceof PositionLostError) {
      this.#resumeBy = 'time';
      this.#settings.gap(failure.message);
      return undefined;
    }
    const isGone = failure instanceof EngineError && failure.kind === 'gone';
    if (failure !== undefined && !isGone) return this.#wait(failure, signal);

    const now = await this.#refreshed(signal);
    const hasStopped = isGone || now === undefined || now.finishedAt !== before?.finishedAt;
    if (hasStopped || !now.isRunning) await this.#take(decoder.flush());
    this.#position = decoder.position;
    if (isGone || now === undefined) return 'gone';
    if (hasStopped || !now.isRunning) this.#start = runStartOf(now);
    if (!now.isRunning) return 'stopped';
    return hasStopped ? undefined : this.#wait('the log ended while the container runs', signal);
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
    const error = failure instanceof Error ? failure.message : String(failure);
    log.debug({ container: this.#id, error, delayMs }, 'Reading a log again.');
    await clock.sleep(delayMs, signal);
  }
}
