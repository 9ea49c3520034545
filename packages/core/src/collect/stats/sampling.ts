import { isDeepStrictEqual } from 'node:util';
import type { ContainerStat } from '@tallyman/sdk';
import type { StatSettings } from '../../settings.ts';
import { StatPoller, type StatPollerSettings } from './poller.ts';
import { Series, type SeriesSettings } from './series.ts';

/** What may change while it runs. */
export interface SamplingWishes {
  readonly stats: StatSettings;
  /** Lanes whose sink asks for the engine's own samples. */
  readonly rawLanes: readonly string[];
}

type Own = 'series' | 'reader' | 'intervalMs' | 'rawLanes';
export type SamplingSettings = Omit<StatPollerSettings, Own> & SeriesSettings;

/** Has stats sampled by the settings that are in force. */
export class Sampling {
  readonly #settings: SamplingSettings;
  readonly #series: Series;
  #wishes: SamplingWishes;
  #changed = new AbortController();

  constructor(settings: SamplingSettings, wishes: SamplingWishes) {
    this.#settings = settings;
    this.#series = new Series(settings);
    this.#wishes = wishes;
  }

  /** Begins the first window of a container that was not seen before. */
  seen(id: string): void {
    this.#series.seen(id);
  }

  /** The latest record of a container, without what only some lanes get; nothing while none are taken. */
  latestOf(id: string): ContainerStat | undefined {
    return this.#wishes.stats.enabled ? this.#series.latestOf(id) : undefined;
  }

  /** Goes on by other settings; each container's next sample follows on its last. */
  reconfigure(wishes: SamplingWishes): void {
    if (isDeepStrictEqual(wishes, this.#wishes)) return;
    this.#wishes = wishes;
    this.#changed.abort(new Error('the settings changed'));
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#changed = new AbortController();
      const either = AbortSignal.any([signal, this.#changed.signal]);
      await this.#sample(either).catch((error: unknown) => {
        if (!either.aborted) throw error;
      });
    }
  }

  /** Until the signal aborts. */
  async #sample(signal: AbortSignal): Promise<void> {
    const { stats, rawLanes } = this.#wishes;
    const { reader, intervalMs } = stats;
    if (stats.enabled) {
      const own = { series: this.#series, reader, intervalMs, rawLanes };
      await new StatPoller({ ...this.#settings, ...own }).run(signal);
    } else if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
}
