import type { Clock } from '@tallyman/sdk';
import type { LogAge } from './age.ts';
import type { Audience, ReadChunk } from './audience.ts';
import { Bell, patienceMs, waitedFor, withRoom } from './room.ts';

export interface HandoverSettings {
  readonly audience: Audience;
  readonly clock: Clock;
  readonly age: LogAge;
  /** Called when lanes may have fallen behind. */
  readonly left: () => void;
}

/** What follows from handing a chunk over. */
export interface Handed {
  /** At least one lane has it. */
  readonly taken: () => void;
  /** None had room for long, and all are behind now. May throw. */
  readonly nobody: () => void;
}

// A lane that keeps others back for longer, in small waits taken together, reads for itself.
const lateForMs = 5_000;
const forgottenAfterMs = 10_000;

/** Hands chunks of the shared reader to its audience, and waits where that is better than to go on. */
export class Handover {
  readonly #settings: HandoverSettings;
  readonly #bell = new Bell();
  /** The time that was spent on lanes that were late, and when last. */
  #lateMs = 0;
  #lastLateMs = 0;

  constructor(settings: HandoverSettings) {
    this.#settings = settings;
  }

  /** To be called when lanes were seated or have left: whoever waits for room looks again. */
  reseated(): void {
    this.#bell.ring();
  }

  /** A promise pauses the reader: no lane has room, or some are late. It rejects with the signal's reason. */
  give(read: ReadChunk, { taken, nobody }: Handed, signal: AbortSignal): Promise<void> | undefined {
    const age = this.#settings.age.of(read.chunk.records);
    if (this.#settings.audience.hand(read, age)) {
      taken();
      return this.#after(read, age, signal);
    }
    return this.#waitForAny(read, age, nobody, signal).then(() => {
      taken();
      return this.#after(read, age, signal);
    });
  }

  /** No lane had room. */
  #waitForAny(
    read: ReadChunk,
    age: 'live' | 'history',
    nobody: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { audience, clock } = this.#settings;
    const over = () => {
      for (const lane of audience.live) audience.leave(lane);
      nobody();
    };
    const attempt = () => audience.hand(read, age);
    const lanes = () => audience.live;
    const needing = { attempt, lanes, bell: this.#bell, age, patienceMs, over };
    return waitedFor(needing, clock, signal);
  }

  #after(read: ReadChunk, age: 'live' | 'history', signal: AbortSignal): Promise<void> | undefined {
    const { audience, left } = this.#settings;
    const late = audience.hasLate ? this.#waitForLate(read, age, signal) : undefined;
    if (audience.hasBehind) left();
    return late;
  }

  /** Gives lanes that are somewhat slower than others a little time, so that not each has to read for itself. */
  async #waitForLate(read: ReadChunk, age: 'live' | 'history', signal: AbortSignal): Promise<void> {
    const { audience, clock, left } = this.#settings;
    const startedMs = clock.monotonicMs();
    if (startedMs - this.#lastLateMs > forgottenAfterMs) this.#lateMs = 0;
    const needing = {
      attempt: () => audience.handLate(read, age),
      lanes: () => audience.late,
      bell: this.#bell,
      age,
      patienceMs: lateForMs - this.#lateMs,
      over: () => audience.leaveLate(read),
    };
    try {
      await withRoom(needing, clock, signal);
    } catch (error) {
      audience.leaveLate(read);
      throw error;
    }
    this.#lastLateMs = clock.monotonicMs();
    this.#lateMs += this.#lastLateMs - startedMs;
    left();
  }
}
