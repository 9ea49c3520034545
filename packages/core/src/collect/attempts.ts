import { type Clock, messageOf } from '@tallyman/sdk';
import type { ContainerDetails } from '../decode/inspect.ts';
import type { Counters } from '../vitals/counters.ts';
import type { Diagnostics } from '../vitals/log.ts';
import { Backoff } from './backoff.ts';
import type { ContainerDirectory } from './containers.ts';

export interface AttemptsSettings {
  readonly directory: ContainerDirectory;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Diagnostics;
  readonly counters: Counters;
  /** Resolves while the engine can be reached: one wait for all readers. */
  readonly connected: (signal: AbortSignal) => Promise<void>;
}

/** Attempts to read one container's log: what is waited between them, and how the container fares. */
export class Attempts {
  readonly #id: string;
  readonly #settings: AttemptsSettings;
  readonly #backoff: Backoff;

  constructor(
    id: string,
    settings: AttemptsSettings,
    delays: { readonly firstMs: number; readonly longestMs: number },
  ) {
    this.#id = id;
    this.#settings = settings;
    this.#backoff = new Backoff({ ...delays, random: settings.random });
  }

  /** Something was read: the next failure is the first again. */
  succeeded(): void {
    this.#backoff.reset();
  }

  /** Waits after a failure, as long as the backoff says. Rejects with the signal's reason. */
  async wait(failure: unknown, signal: AbortSignal): Promise<undefined> {
    signal.throwIfAborted();
    const { clock, log, counters } = this.#settings;
    const delayMs = Math.round(this.#backoff.nextMs());
    counters.add('log_reconnects');
    log.debug({ container: this.#id, error: messageOf(failure), delayMs }, 'Reading a log again.');
    await clock.sleep(delayMs, signal);
  }

  /** What the engine says of the container now, nothing where it is gone; asks until the engine answers. */
  async refreshed(signal: AbortSignal): Promise<ContainerDetails | undefined> {
    const { directory, connected } = this.#settings;
    while (true) {
      try {
        await connected(signal);
        return await directory.refresh(this.#id, signal);
      } catch (error) {
        await this.wait(error, signal);
      }
    }
  }
}

/** Whether nothing of it can be read any more. */
export function isGone(container: ContainerDetails | undefined): boolean {
  return container === undefined || ['removing', 'dead'].includes(container.status);
}
