import { type Clock, systemClock } from '@tallyman/sdk';
import { VirtualClock } from '../clock.ts';

// Busy machines stretch these: a case counts turns of the event loop rather than time that passed without any.
const turnMs = 5;

/** The clock that a sink is given: it goes on only while a case waits, and jumps where a case says so. */
export class SinkClock implements Clock {
  readonly #virtual = new VirtualClock(systemClock.now());

  now(): number {
    return this.#virtual.now();
  }

  monotonicMs(): number {
    return this.#virtual.monotonicMs();
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return this.#virtual.sleep(ms, signal);
  }

  after(ms: number, then: () => void): () => void {
    return this.#virtual.after(ms, then);
  }

  /** Timers that have yet to fire. */
  get pending(): number {
    return this.#virtual.pending;
  }

  /** Waits until the condition holds, for about so many milliseconds of turns. False where it does not. */
  async until(
    condition: () => boolean | Promise<boolean>,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (let leftMs = limitMs; !(await condition()); leftMs -= turnMs) {
      if (leftMs <= 0) return false;
      await this.#turn(signal);
    }
    return true;
  }

  /** Lets everything go on for a moment. */
  async pass(ms: number, signal: AbortSignal): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= turnMs) await this.#turn(signal);
  }

  /** Moves far ahead, with a moment after each step for what follows from it. */
  async jump(ms: number, steps: number, signal: AbortSignal): Promise<void> {
    for (let step = 0; step < steps; step++) {
      await this.#virtual.advance(ms / steps);
      await this.#turn(signal);
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    await systemClock.sleep(turnMs, signal);
    await this.#virtual.advance(turnMs);
  }
}
