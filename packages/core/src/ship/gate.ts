import type { Clock } from '@tallyman/sdk';
import type { Failure } from './failure.ts';

export interface GateSettings {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Called each time the gate opens again. */
  readonly opened: () => void;
}

/** What the gate has to know of a failure. */
export type Setback = Pick<Failure, 'message' | 'retryAfterMs'>;

// Between attempts with credentials that were refused: tokens get rotated, but by people.
const refusedDelayMs = 60_000;

/** Where a lane waits between failed attempts: one sleeper for the whole lane, and nothing starts while it sleeps. */
export class Gate {
  readonly #settings: GateSettings;
  #failures = 0;
  #refused = false;
  #reason: string | undefined;
  #opensAtMs = 0;
  #sleeper: AbortController | undefined;

  constructor(settings: GateSettings) {
    this.#settings = settings;
  }

  get closed(): boolean {
    return this.#sleeper !== undefined;
  }

  /** Setbacks since the destination last accepted something. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether the last attempt failed. */
  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Why the last attempt failed, where it did. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Whether it failed by its credentials. */
  get refused(): boolean {
    return this.#refused;
  }

  /**
   * Closes the gate: exponential backoff with full jitter, no less than the destination asks for. Further failures
   * of attempts that were under way belong to the same setback and only lengthen the pause. Returns the pause.
   */
  failed({ message, retryAfterMs }: Setback): number {
    this.#reason = message;
    if (this.closed) return this.#close(retryAfterMs);
    const { firstDelayMs, maxDelayMs, random } = this.#settings;
    const ceilingMs = Math.min(maxDelayMs, firstDelayMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#refused = false;
    return this.#close(Math.max(random() * ceilingMs, retryAfterMs));
  }

  /** Closes the gate for long: 30 to 60 s, or one to two times the longest delay. Returns the pause. */
  refusedCredentials({ message, retryAfterMs }: Setback): number {
    this.#reason = message;
    const { maxDelayMs, random } = this.#settings;
    const longestMs = Math.max(refusedDelayMs, 2 * maxDelayMs);
    this.#failures += 1;
    this.#refused = true;
    return this.#close(Math.max(longestMs * (0.5 + random() / 2), retryAfterMs));
  }

  /** The destination accepted something: the next failure starts with the first delay. */
  succeeded(): void {
    this.#failures = 0;
    this.#refused = false;
    this.#reason = undefined;
  }

  /** Wakes nobody any more. */
  stop(): void {
    this.#sleeper?.abort();
  }

  #close(delayMs: number): number {
    const nowMs = this.#settings.clock.monotonicMs();
    this.#opensAtMs = Math.max(this.#opensAtMs, nowMs + delayMs);
    if (!this.#sleeper) {
      this.#sleeper = new AbortController();
      this.#sleep(this.#sleeper.signal).then(
        () => {
          this.#sleeper = undefined;
          this.#settings.opened();
        },
        () => undefined,
      );
    }
    return Math.round(this.#opensAtMs - nowMs);
  }

  async #sleep(signal: AbortSignal): Promise<void> {
    const { clock } = this.#settings;
    do {
      await clock.sleep(Math.max(0, this.#opensAtMs - clock.monotonicMs()), signal);
    } while (clock.monotonicMs() < this.#opensAtMs);
  }
}
