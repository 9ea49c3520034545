import type { LogChunk } from '../../decode/mark.ts';
import { weightOfAll } from '../../decode/weight.ts';
import type { LanePort } from '../../ship/lane-port.ts';
import { isSamePlace, type LogPlace, timeOfPlace } from './place.ts';

/** A chunk, and where the shared reader stands after it. */
export interface ReadChunk {
  readonly chunk: LogChunk;
  readonly place: LogPlace;
}

/** How far a lane is behind: what others had of a log since, as far as that is known. */
export interface Lag {
  readonly records: number;
  readonly bytes: number;
  /** What it has read by itself since it is behind. */
  readonly doneBytes: number;
}

/** A lane that is behind. */
interface Behind {
  place: LogPlace;
  records: number;
  bytes: number;
  doneBytes: number;
}

// What the shared reader reads while a lane that was away takes its last steps.
const pendingBytes = 1024 * 1024;

/** What passed since a lane began to join; nothing once it was more than is kept. */
interface Joining {
  since: LogPlace;
  pending: ReadChunk[] | undefined;
  bytes: number;
}

/**
 * The lanes that take one container's log: those that the shared reader serves, all at one place, and those
 * that are behind, each at a place of its own.
 */
export class Audience {
  #place: LogPlace;
  /** With the time from which on a lane takes lines, where it has not come yet. */
  readonly #live = new Map<LanePort, string | undefined>();
  readonly #behind = new Map<LanePort, Behind>();
  readonly #joining = new Map<LanePort, Joining>();
  /** Where lanes stood that take the log no more, should they take it again. */
  readonly #left = new WeakMap<LanePort, LogPlace>();
  /** With the places where they were. */
  readonly #late = new Map<LanePort, LogPlace>();

  /** The shared reader starts where the lane stands that is furthest on: a lane that was dead drags no other back. */
  constructor(places: ReadonlyMap<LanePort, LogPlace>, nowhere: LogPlace) {
    this.#place = furthestOf([...places.values()]) ?? nowhere;
    for (const [lane, place] of places) this.#seat(lane, place);
  }

  /** Where the shared reader stands. */
  get place(): LogPlace {
    return this.#place;
  }

  get live(): readonly LanePort[] {
    return [...this.#live.keys()];
  }

  get behind(): readonly LanePort[] {
    return [...this.#behind.keys()];
  }

  /** Where a lane stands that is behind. */
  placeOf(lane: LanePort): LogPlace | undefined {
    return this.#behind.get(lane)?.place;
  }

  /** How far a lane is behind; nothing where it is not. */
  lagOf(lane: LanePort): Lag | undefined {
    return this.#behind.get(lane);
  }

  /**
   * Seats lanes that are new, or back, and lets go of those that do not take the log any more. Where nobody is left,
   * nothing may be read meanwhile: then the shared reader starts where it is wanted. Returns those who left.
   */
  seat(lanes: readonly LanePort[], firstPlace: (lane: LanePort) => LogPlace): readonly LanePort[] {
    const leaving = [...this.live, ...this.behind].filter((lane) => !lanes.includes(lane));
    for (const lane of leaving) this.#unseat(lane);
    const coming = lanes.filter((lane) => !this.seats(lane));
    const places = coming.map((lane) => this.#left.get(lane) ?? firstPlace(lane));
    if (this.#live.size === 0 && this.#behind.size === 0)
      this.#place = furthestOf(places) ?? this.#place;
    for (const [index, lane] of coming.entries()) this.#seat(lane, places[index] ?? this.#place);
    return leaving;
  }

  /** Whether the lane takes the log. */
  seats(lane: LanePort): boolean {
    return this.#live.has(lane) || this.#behind.has(lane);
  }

  /**
   * Hands a chunk to all that are live. Those that do not take it are behind from here on; or late, where they
   * make room, and may still take it. If none takes it, nothing happened, and the answer is false.
   */
  hand(read: ReadChunk, age: 'live' | 'history'): boolean {
    const refusing: LanePort[] = [];
    for (const lane of this.#live.keys())
      if (!lane.offerLog(this.#from(lane, read.chunk), age)) refusing.push(lane);
    if (refusing.length > 0 && refusing.length === this.#live.size) return false;
    for (const lane of refusing)
      if (lane.makesRoom(age)) this.#late.set(lane, this.#place);
      else this.leave(lane);
    this.#passed(read);
    return true;
  }

  /** Whether any has yet to take the last chunk. */
  get hasLate(): boolean {
    return this.#late.size > 0;
  }

  get hasBehind(): boolean {
    return this.#behind.size > 0;
  }

  /** Those that have yet to take the last chunk. */
  get late(): readonly LanePort[] {
    return [...this.#late.keys()];
  }

  /** Hands the last chunk to those that are late; whether all have it now. */
  handLate({ chunk }: ReadChunk, age: 'live' | 'history'): boolean {
    for (const lane of this.late)
      if (lane.offerLog(this.#from(lane, chunk), age)) this.#late.delete(lane);
    return this.#late.size === 0;
  }

  /** Those that are late are behind from where they were. */
  leaveLate({ chunk }: ReadChunk): void {
    for (const [lane, place] of this.#late) {
      this.#live.delete(lane);
      const [records, bytes] = [chunk.records.length, bytesOf(chunk)];
      this.#behind.set(lane, { ...behindAt(place), records, bytes });
    }
    this.#late.clear();
  }

  /** The lane is behind from here on. */
  leave(lane: LanePort): void {
    this.#live.delete(lane);
    this.#behind.set(lane, behindAt(this.#place));
  }

  /** A lane that reads by itself has taken a chunk. */
  moved(lane: LanePort, { chunk, place }: ReadChunk): void {
    const behind = this.#behind.get(lane);
    if (behind === undefined) return;
    behind.place = place;
    behind.records = Math.max(0, behind.records - chunk.records.length);
    const bytes = bytesOf(chunk);
    behind.bytes = Math.max(0, behind.bytes - bytes);
    behind.doneBytes += bytes;
  }

  /** While no lane is live: the shared reader goes on from this lane's place. */
  lead(lane: LanePort): void {
    const place = this.placeOf(lane);
    if (place === undefined || this.#live.size > 0) return;
    this.#place = place;
    // What comes now is not what follows on what they keep.
    for (const joining of this.#joining.values()) joining.pending = undefined;
    for (const other of this.behind) this.enterIfThere(other);
  }

  /** From now on what the shared reader reads is kept for the lane. Where it has to read to by itself. */
  beginJoin(lane: LanePort): LogPlace {
    this.#joining.set(lane, { since: this.#place, pending: [], bytes: 0 });
    return this.#place;
  }

  /** The place behind which all is kept for a lane that joins. */
  joinPlaceOf(lane: LanePort): LogPlace | undefined {
    return this.#joining.get(lane)?.since;
  }

  /** A lane has read to where its joining began; where on to, should more have passed meanwhile than is kept. */
  furtherOn(lane: LanePort): LogPlace | undefined {
    const joining = this.#joining.get(lane);
    return joining?.pending === undefined ? this.beginJoin(lane) : undefined;
  }

  /** Ends a joining: hands over what was kept. False where the lane is behind still. */
  join(lane: LanePort): boolean {
    const joining = this.#joining.get(lane);
    this.#joining.delete(lane);
    const behind = this.#behind.get(lane);
    if (joining?.pending === undefined || behind === undefined) return false;
    behind.place = joining.since;
    for (const read of joining.pending) {
      if (!lane.offerLog(read.chunk, 'live')) return false;
      this.moved(lane, read);
    }
    this.#enter(lane);
    return true;
  }

  /** Ends a joining that came to nothing. */
  abandonJoin(lane: LanePort): void {
    this.#joining.delete(lane);
  }

  /** The lane has nothing left to catch up with: what it missed is gone. */
  giveUp(lane: LanePort): void {
    this.abandonJoin(lane);
    this.#enter(lane);
  }

  /** Makes the lane live if it stands where the shared reader does. */
  enterIfThere(lane: LanePort): boolean {
    const place = this.placeOf(lane);
    if (place === undefined || !isSamePlace(place, this.#place)) return false;
    this.#enter(lane);
    return true;
  }

  #passed(read: ReadChunk): void {
    const bytes = this.#behind.size > 0 || this.#joining.size > 0 ? bytesOf(read.chunk) : 0;
    for (const joining of this.#joining.values()) keep(joining, read, bytes);
    for (const behind of this.#behind.values()) {
      behind.records += read.chunk.records.length;
      behind.bytes += bytes;
    }
    this.#place = read.place;
  }

  #seat(lane: LanePort, place: LogPlace): void {
    if (isSamePlace(place, this.#place)) this.#live.set(lane, undefined);
    else if (startsLater(place, this.#place)) this.#live.set(lane, place.start.time);
    else this.#behind.set(lane, behindAt(place));
  }

  #unseat(lane: LanePort): void {
    this.#left.set(lane, this.#standOf(lane));
    this.#live.delete(lane);
    this.#behind.delete(lane);
    this.#joining.delete(lane);
    this.#late.delete(lane);
  }

  #standOf(lane: LanePort): LogPlace {
    const time = this.#live.get(lane);
    if (time !== undefined) return { start: { kind: 'since', time } };
    return this.#late.get(lane) ?? this.placeOf(lane) ?? this.#place;
  }

  #enter(lane: LanePort): void {
    this.#behind.delete(lane);
    this.#live.set(lane, undefined);
  }

  #from(lane: LanePort, chunk: LogChunk): LogChunk {
    const time = this.#live.get(lane);
    if (time === undefined) return chunk;
    const { records } = chunk;
    let first = 0;
    while (first < records.length && (records.at(first)?.time ?? '') < time) first++;
    if (first === records.length) return { ...chunk, records: [] };
    this.#live.set(lane, undefined);
    return { ...chunk, records: records.slice(first) };
  }
}

function behindAt(place: LogPlace): Behind {
  return { place, records: 0, bytes: 0, doneBytes: 0 };
}

function bytesOf({ records }: LogChunk): number {
  return weightOfAll(records);
}

function keep(joining: Joining, read: ReadChunk, bytes: number): void {
  if (joining.pending === undefined) return;
  joining.bytes += bytes;
  if (joining.bytes > pendingBytes) joining.pending = undefined;
  else joining.pending.push(read);
}

/** Whether a lane wants nothing before a time that the shared reader has yet to come to. */
function startsLater(
  place: LogPlace,
  shared: LogPlace,
): place is LogPlace & { start: { kind: 'since'; time: string } } {
  return (
    place.position === undefined &&
    place.start.kind === 'since' &&
    place.start.time >= timeOfPlace(shared)
  );
}

/** The place of the youngest line; where no line was read yet, the earliest beginning. */
function furthestOf(places: readonly LogPlace[]): LogPlace | undefined {
  const begun = places.filter(({ position }) => position !== undefined);
  const candidates = begun.length > 0 ? begun : places;
  const isBetter = (a: LogPlace, b: LogPlace) =>
    begun.length > 0 ? timeOfPlace(a) > timeOfPlace(b) : timeOfPlace(a) < timeOfPlace(b);
  return candidates.reduce<LogPlace | undefined>(
    (best, place) => (best === undefined || isBetter(place, best) ? place : best),
    undefined,
  );
}
