import type { ContainerDetails } from '../../decode/inspect.ts';
import type { DecodedChunk } from '../../decode/log-decoder.ts';
import { Attempts, isGone } from '../attempts.ts';
import { EngineError, type EngineErrorKind } from '../engine.ts';
import { isAstray } from './approach.ts';
import { LogCursor, type LogCursorSettings, type Reading } from './cursor.ts';
import type { LogPlace } from './place.ts';
import { runStartOf } from './start.ts';

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
  readonly #settings: LogCursorSettings;
  readonly #cursor: LogCursor;
  readonly #attempts: Attempts;
  #ended: string | undefined;

  constructor(container: ContainerDetails, place: LogPlace, settings: LogCursorSettings) {
    this.#id = container.id;
    this.#settings = settings;
    this.#attempts = new Attempts(container.id, settings, logDelays);
    const take = (chunk: DecodedChunk) => {
      this.#attempts.succeeded();
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
      const { directory, clock } = this.#settings;
      const before = directory.get(this.#id);
      const openedMs = clock.monotonicMs();
      const reading = await this.#cursor.follow(signal);
      // A quiet log brings nothing, and a proxy cuts it: that it stood tells that the next one will.
      if (clock.monotonicMs() - openedMs > healthyAfterMs) this.#attempts.succeeded();
      const end =
        reading.failure === undefined
          ? await this.#atEnd(reading, before?.finishedAt, signal)
          : await this.#atFailure(reading.failure, signal);
      if (end !== undefined) return end;
    }
  }

  /**
   * What the end of a stream means; nothing where reading goes on. Where the container runs again already, the
   * next connection reads what is left of the run before, and ends its last line by what follows: that the stream
   * ended does not say that it came to its end.
   */
  async #atEnd(
    followed: Reading,
    finishedBefore: string | undefined,
    signal: AbortSignal,
  ): Promise<LogEnd | undefined> {
    const now = await this.#attempts.refreshed(signal);
    if (now === undefined) return this.#finish(followed, 'gone');
    if (now.isRunning && now.finishedAt === finishedBefore)
      return this.#attempts.wait('the log ended while the container runs', signal);
    if (now.isRunning) return undefined;
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
    if (isKind(failure, 'gone') && isGone(await this.#attempts.refreshed(signal))) return 'lost';
    if (!isAstray(failure)) return this.#attempts.wait(failure, signal);
    await this.#cursor
      .reachFurther(failure, signal)
      .catch((error: unknown) => this.#attempts.wait(error, signal));
    return undefined;
  }
}

const healthyAfterMs = 10_000;

/** Between connections to a log. */
export const logDelays = { firstMs: 250, longestMs: 30_000 };

export function isKind(failure: unknown, kind: EngineErrorKind): boolean {
  return failure instanceof EngineError && failure.kind === kind;
}
