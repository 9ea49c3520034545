import type { ContainerDetails } from '../../decode/inspect.ts';
import type { DecodedChunk } from '../../decode/log-decoder.ts';
import type { LogPosition } from '../../decode/resume.ts';
import type { Until } from '../../decode/until.ts';
import type { LanePort } from '../../ship/lane-port.ts';
import { Attempts, isGone } from '../attempts.ts';
import type { Audience } from './audience.ts';
import { LogCursor, type LogCursorSettings, type Reading } from './cursor.ts';
import { type LogPlace, markOf } from './place.ts';
import { isKind, logDelays } from './reader.ts';
import { patienceMs, withRoom } from './room.ts';

export interface CatchUpSettings extends Omit<LogCursorSettings, 'take'> {
  readonly lane: LanePort;
  readonly audience: Audience;
  readonly container: () => ContainerDetails;
  /** Whether others wait for the slot that this reading has. */
  readonly isContended: () => boolean;
}

// Then another container has its turn, where one waits.
const turnMs = 10_000;
// Then the place of the shared reader is taken for lost, by rotation or damage, and its time counts.
const patience = 5;

/** The lane is back with the others; or not yet, to be tried again; or what it missed is gone. */
export type CatchUpEnd = 'joined' | 'behind' | 'gone';

/** Reads one container's log for one lane that was away, up to where the shared reader stands. */
export class CatchUp {
  readonly #settings: CatchUpSettings;
  readonly #attempts: Attempts;
  /** Why the last turn came to nothing. */
  #failure: unknown;
  #misses = 0;

  constructor(settings: CatchUpSettings) {
    this.#settings = settings;
    this.#attempts = new Attempts(settings.container().id, settings, logDelays);
  }

  /** One turn. Rejects only with the signal's reason. */
  async run(signal: AbortSignal): Promise<CatchUpEnd> {
    const { lane, audience } = this.#settings;
    const place = audience.placeOf(lane);
    if (place === undefined || audience.enterIfThere(lane)) return 'joined';
    const mark = audience.beginJoin(lane);
    try {
      if (mark.position === undefined) throw new Error('the shared reader has read nothing yet');
      return await this.#read(place, mark.position, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#failure = error instanceof TurnOver ? undefined : error;
      return 'behind';
    } finally {
      audience.abandonJoin(lane);
    }
  }

  /** Between two turns: long where the last one came to nothing. */
  async pause(signal: AbortSignal): Promise<void> {
    if (this.#failure === undefined) return;
    this.#misses++;
    await this.#attempts.wait(this.#failure, signal);
    this.#failure = undefined;
  }

  async #read(place: LogPlace, mark: LogPosition, signal: AbortSignal): Promise<CatchUpEnd> {
    const { lane, audience, clock, container, isContended } = this.#settings;
    const startedMs = clock.monotonicMs();
    const isTurnOver = () => isContended() && clock.monotonicMs() > startedMs + turnMs;
    const take = (chunk: DecodedChunk) => this.#take(chunk, place, isTurnOver, signal);
    const cursor = new LogCursor(container(), place, { ...this.#settings, take });
    const until: Until = {
      by: this.#misses < patience ? 'line' : 'time',
      // Each connection ends at the present one: keeping may have begun anew since, further on.
      get position() {
        return audience.joinPlaceOf(lane)?.position ?? mark;
      },
      reached: () => audience.furtherOn(lane)?.position,
    };
    const reading = await cursor.toEnd(signal, until);
    if (this.#isEndKnown(reading, until.position)) await cursor.finish(reading);
    const { decoder, failure } = reading;
    const isThere = decoder.isComplete || (until.by === 'time' && failure === undefined);
    if (isThere && decoder.hasResumed && audience.join(lane)) {
      this.#misses = 0;
      return 'joined';
    }
    return this.#unfinished(reading, signal);
  }

  async #unfinished({ failure }: Reading, signal: AbortSignal): Promise<CatchUpEnd> {
    if (isKind(failure, 'not_readable')) return 'gone';
    if (isKind(failure, 'gone') && isGone(await this.#attempts.refreshed(signal))) return 'gone';
    throw failure ?? new Error('the place of the shared reader did not come');
  }

  /**
   * Whether the last line is whole although nothing ended it: the shared reader has handed it on, or nobody
   * prints any more.
   */
  #isEndKnown({ failure, decoder }: Reading, mark: LogPosition): boolean {
    if (failure !== undefined || decoder.isComplete) return false;
    return mark.after?.isTerminated === false || !this.#settings.container().isRunning;
  }

  #take(
    { records, position }: DecodedChunk,
    { start }: LogPlace,
    isTurnOver: () => boolean,
    signal: AbortSignal,
  ): Promise<void> | undefined {
    const { lane, audience, container, clock } = this.#settings;
    signal.throwIfAborted();
    if (isTurnOver()) throw new TurnOver();
    const place = { start, position };
    const read = { chunk: { records, mark: markOf(container(), place) }, place };
    const attempt = () => {
      if (!lane.offerLog(read.chunk, 'history')) return false;
      this.#attempts.succeeded();
      audience.moved(lane, read);
      return true;
    };
    const over = () => {
      throw new TurnOver();
    };
    const needing = { attempt, lanes: () => [lane], age: 'history', patienceMs, over } as const;
    return withRoom(needing, clock, signal);
  }
}

/** Another's turn, or the lane has no room any more. */
class TurnOver extends Error {}
