import type { ContainerDetails } from '../../decode/inspect.ts';
import { streamNames } from '../../decode/log.ts';
import type { DecodedChunk } from '../../decode/log-decoder.ts';
import type { LogPosition } from '../../decode/resume.ts';
import { earlier } from '../../decode/timestamp.ts';
import { type Until, UntilLostError } from '../../decode/until.ts';
import type { LanePort } from '../../ship/lane-port.ts';
import { Attempts, isGone } from '../attempts.ts';
import type { Audience } from './audience.ts';
import { LogCursor, type LogCursorSettings, type Reading } from './cursor.ts';
import { type LogPlace, markOf, timeOfPlace } from './place.ts';
import { isKind, logDelays } from './reader.ts';
import { patienceMs, withRoom } from './room.ts';

export interface CatchUpSettings extends Omit<LogCursorSettings, 'take'> {
  readonly lane: LanePort;
  readonly audience: Audience;
  readonly container: () => ContainerDetails;
  /** Whether others wait for the slot that this reading has. */
  readonly isContended: () => boolean;
  /** Whether the container went before its log was read to the end, so that nobody reads on. */
  readonly isOver: () => boolean;
}

// Then another container has its turn, where one waits.
const turnMs = 10_000;
// Then the place of the shared reader is taken for lost, by rotation or damage, and its time counts.
const patience = 5;
const oneNanosecondMs = 1e-6;

/**
 * The lane is back with the others; or not yet, to be tried again; or it has read all there will be; or what it missed
 * is gone.
 */
export type CatchUpEnd = 'joined' | 'behind' | 'read' | 'gone';

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
    const { lane, audience, isOver } = this.#settings;
    const place = audience.placeOf(lane);
    if (place === undefined || (!isOver() && audience.enterIfThere(lane))) return 'joined';
    const shared = audience.beginJoin(lane);
    try {
      if (isOver()) return await this.#readOn(place, signal);
      if (this.#misses > 0 && isAhead(place, shared)) return await this.#readAhead(place, signal);
      return await this.#readTo(shared, place, signal);
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
    await this.#attempts.wait(this.#failure, signal);
    this.#failure = undefined;
  }

  /** Reads to where the shared reader stands. */
  async #readTo(shared: LogPlace, place: LogPlace, signal: AbortSignal): Promise<CatchUpEnd> {
    const { lane, audience } = this.#settings;
    // Each connection ends at the present one: keeping may have begun anew since, further on.
    const joinPlace = () => audience.joinPlaceOf(lane) ?? shared;
    const isTold = () => joinPlace().position !== undefined && this.#misses < patience;
    const until: Until = {
      get by() {
        return isTold() ? 'line' : 'time';
      },
      get position() {
        return positionAt(joinPlace());
      },
      reached: () => audience.furtherOn(lane)?.position,
    };
    const cursor = this.#cursor(place, signal);
    const reading = await cursor.toEnd(signal, until);
    if (this.#isEndKnown(reading, until.position)) await cursor.finish(reading);
    const { decoder, failure } = reading;
    const isEnd = decoder.isComplete || (until.by === 'time' && failure === undefined);
    const isThere = isEnd && decoder.hasResumed;
    if (isThere && audience.join(lane)) {
      this.#misses = 0;
      return 'joined';
    }
    if (!isThere && (failure === undefined || failure instanceof UntilLostError)) this.#misses++;
    return this.#unfinished(reading, signal);
  }

  /** The lane stands further on than the others, who were slower: it goes on alone until they have come. */
  async #readAhead(place: LogPlace, signal: AbortSignal): Promise<CatchUpEnd> {
    this.#misses = 0;
    const end = await this.#readOn(place, signal);
    if (end === 'gone') return 'gone';
    throw new Error('the shared reader has not come so far yet');
  }

  /** Reads to the log's end. */
  async #readOn(place: LogPlace, signal: AbortSignal): Promise<CatchUpEnd> {
    const cursor = this.#cursor(place, signal);
    const reading = await cursor.toEnd(signal);
    if (reading.failure !== undefined) return this.#unfinished(reading, signal);
    if (!this.#settings.container().isRunning) await cursor.finish(reading);
    return 'read';
  }

  #cursor(place: LogPlace, signal: AbortSignal): LogCursor {
    const { clock, container, isContended } = this.#settings;
    const startedMs = clock.monotonicMs();
    const isTurnOver = () => isContended() && clock.monotonicMs() > startedMs + turnMs;
    const take = (chunk: DecodedChunk) => this.#take(chunk, place, isTurnOver, signal);
    return new LogCursor(container(), place, { ...this.#settings, take });
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

/** Where that reader has read nothing yet, all that is older than what it will read. Throws where it will read all. */
function positionAt({ position, start }: LogPlace): LogPosition {
  if (position !== undefined) return position;
  if (start.kind === 'beginning') throw new Error('the shared reader has read nothing yet');
  const time = earlier(start.time, oneNanosecondMs);
  return { ahead: [], youngest: streamNames.map((stream) => ({ stream, time })) };
}

/** As far as times can tell. */
function isAhead(place: LogPlace, shared: LogPlace): boolean {
  return timeOfPlace(place) > timeOfPlace(shared);
}

/** Another's turn, or the lane has no room any more. */
class TurnOver extends Error {}
