import { messageOf } from '@tallyman/sdk';
import type { ContainerDetails } from '../../decode/inspect.ts';
import type { DecodedChunk } from '../../decode/log-decoder.ts';
import { Backoff } from '../backoff.ts';
import type { ContainerDirectory } from '../containers.ts';
import { EngineError, type EngineErrorKind } from '../engine.ts';
import { isAstray } from './approach.ts';
import { LogCursor, type LogCursorSettings, type Reading } from './cursor.ts';
import type { LogPlace } from './place.ts';
import { runStartOf } from './start.ts';

export interface LogReaderSettings extends LogCursorSettings {
  readonly directory: ContainerDirectory;
}

/**
 * Why reading stopped: the container did; it is no more, and its log was read to the end that the engine gave it,
 * or was lost before; or its log cannot be read at all.
 */
export type LogEnd = 'stopped' | 'gone' | 'lost' | 'not_readable';

/**
 * Follows one container's log, over as many connections as it takes, and hands on each line once. Never
 * cancels a stream because the container stops: the engine ends it when all is read.
 */
export class LogReader {
  readonly #id: string;
  readonly #tty: boolean;
  readonly #settings: LogReaderSettings;
  readonly #cursor: LogCursor;
  readonly #backoff: Backoff;
  #ended: string | undefined;

  constructor(container: ContainerDetails, place: LogPlace, settings: LogReaderSettings) {
    this.#id = container.id;
    this.#tty = container.tty;
    this.#settings = settings;
    this.#backoff = logBackoff(settings);
    const take = (chunk: DecodedChunk) => {
      this.#backoff.reset();
      return settings.take(chunk);
    };
    this.#cursor = new LogCursor(container, place, { ...settings, take });
  }

  /** Where reading stands. */
  get place(): LogPlace {
    const { start, position } = this.#cursor;
    return {
      start,
      ...(position === undefined ? {} : { position }),
      ...(this.#ended === undefined ? {} : { ended: this.#ended }),
    };
  }

  /** Whether the log was ever opened. */
  get hasConnected(): boolean {
    return this.#cursor.hasConnected;
  }

  /** Reads until the container stops or is gone. To be called again when it has started again. */
  async run(signal: AbortSignal): Promise<LogEnd> {
    this.#ended = undefined;
    while (true) {
      const before = this.#settings.directory.get(this.#id);
      const reading = await this.#cursor.follow(signal);
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
    // Engines end the stream of a container that stops before its very last lines (20.10 often does).
    const rest = await this.#cursor.toEnd(signal);
    if (isKind(rest.failure, 'gone')) return this.#finish(followed, 'gone');
    if (rest.failure !== undefined) return this.#atFailure(rest.failure, signal);
    this.#cursor.start = runStartOf(now);
    this.#ended = now.finishedAt;
    return this.#finish(rest, 'stopped');
  }

  async #finish<E>(reading: Reading, end: E): Promise<E> {
    await this.#cursor.finish(reading);
    return end;
  }

  async #atFailure(failure: unknown, signal: AbortSignal): Promise<LogEnd | undefined> {
    if (isKind(failure, 'not_readable')) return 'not_readable';
    // An engine under load also answers so for a container that lives; its inspect answer is the truth.
    if (isKind(failure, 'gone') && isGone(await this.#refreshed(signal))) return 'lost';
    if (!isAstray(failure)) return this.#wait(failure, signal);
    await this.#cursor
      .reachFurther(failure, signal)
      .catch((error: unknown) => this.#wait(error, signal));
    return undefined;
  }

  #refreshed(signal: AbortSignal): Promise<ContainerDetails | undefined> {
    return refreshed(this.#id, this.#settings, this.#backoff, signal);
  }

  #wait(failure: unknown, signal: AbortSignal): Promise<undefined> {
    return waited(this.#id, failure, this.#settings, this.#backoff, signal);
  }
}

/** Between connections to a log. */
export function logBackoff({ random }: Pick<LogCursorSettings, 'random'>): Backoff {
  return new Backoff({ firstMs: 250, longestMs: 30_000, random });
}

type Waiting = Pick<LogReaderSettings, 'clock' | 'log' | 'counters'>;

/** Waits after a failure, as long as the backoff says. */
export async function waited(
  id: string,
  failure: unknown,
  { clock, log, counters }: Waiting,
  backoff: Backoff,
  signal: AbortSignal,
): Promise<undefined> {
  signal.throwIfAborted();
  const delayMs = Math.round(backoff.nextMs());
  counters.add('log_reconnects');
  log.debug({ container: id, error: messageOf(failure), delayMs }, 'Reading a log again.');
  await clock.sleep(delayMs, signal);
}

/** The container as the engine knows it now; asks until the engine answers. */
export async function refreshed(
  id: string,
  settings: Waiting & Pick<LogReaderSettings, 'directory' | 'connected'>,
  backoff: Backoff,
  signal: AbortSignal,
): Promise<ContainerDetails | undefined> {
  const { directory, connected } = settings;
  while (true) {
    try {
      await connected(signal);
      return await directory.refresh(id, signal);
    } catch (error) {
      signal.throwIfAborted();
      await waited(id, error, settings, backoff, signal);
    }
  }
}

/** Whether nothing of it can be read any more. */
export function isGone(container: ContainerDetails | undefined): boolean {
  return container === undefined || ['removing', 'dead'].includes(container.status);
}

export function isKind(failure: unknown, kind: EngineErrorKind): boolean {
  return failure instanceof EngineError && failure.kind === kind;
}
