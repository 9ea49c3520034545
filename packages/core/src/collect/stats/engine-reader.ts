import { type Clock, messageOf } from '@tallyman/sdk';
import type { ContainerDetails } from '../../decode/inspect.ts';
import { sampleFrom } from '../../decode/stat.ts';
import type { Counters } from '../../vitals/counters.ts';
import type { Diagnostics } from '../../vitals/log.ts';
import { answerLimitMs, withDeadline } from '../deadline.ts';
import { type Engine, EngineError } from '../engine.ts';
import { Pace } from './pace.ts';
import type { TakeSample } from './taken.ts';
import { untilAnswered } from './until.ts';

export interface EngineReaderSettings {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Diagnostics;
  readonly counters: Counters;
  readonly intervalMs: number;
}

/**
 * Asks the engine for samples. Where it answers at once the requests are spread over the interval, a few at a
 * time; where it makes each wait for its tick they are all opened together.
 */
export class EngineReader {
  readonly #settings: EngineReaderSettings;
  readonly #take: TakeSample;
  readonly #pace = new Pace();
  readonly #asked = new Set<string>();

  constructor(settings: EngineReaderSettings, take: TakeSample) {
    this.#settings = settings;
    this.#take = take;
  }

  /** From when a sample is asked for until the answer is there. */
  isAsked(id: string): boolean {
    return this.#asked.has(id);
  }

  /** How many requests of earlier sweeps hang. */
  hanging(requests: number): void {
    this.#pace.hanging(requests);
  }

  /** Asks for a sample of each, until the interval is over. */
  async sweep(
    containers: readonly ContainerDetails[],
    endMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#pace.isKnown) {
      const spacingMs = this.#pace.spacingMs(this.#settings.intervalMs, containers.length);
      await this.#askAll(containers, { spacingMs, endMs }, signal);
      return;
    }
    await this.#askAll(containers.slice(0, 1), { spacingMs: 0, endMs }, signal);
    await this.#askAll(containers.slice(1), { spacingMs: 0, endMs }, signal);
  }

  /** Asks for one sample, when it is its turn. Never rejects. */
  ask(container: ContainerDetails, signal: AbortSignal): Promise<void> {
    this.#asked.add(container.id);
    return this.#pace.use(() => this.#ask(container, signal));
  }

  async #askAll(
    containers: readonly ContainerDetails[],
    { spacingMs, endMs }: { readonly spacingMs: number; readonly endMs: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#settings;
    const answers: Promise<void>[] = [];
    for (const container of containers) {
      answers.push(this.ask(container, signal));
      if (spacingMs > 0) await clock.sleep(spacingMs, signal);
    }
    await untilAnswered(Promise.all(answers), endMs, clock, signal);
  }

  async #ask(container: ContainerDetails, signal: AbortSignal): Promise<void> {
    const { engine, clock, counters, log } = this.#settings;
    const startedMs = clock.monotonicMs();
    try {
      const raw = await withDeadline(answerLimitMs, clock, signal, (limited) =>
        engine.stats(container.id, limited),
      );
      this.#pace.answered(clock.monotonicMs() - startedMs);
      const sample = sampleFrom(raw);
      if (sample !== undefined) this.#take(container, { source: 'engine', sample, raw });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof EngineError && error.kind === 'gone') return;
      counters.add('stat_failures');
      log.debug(
        { container: container.name, error: messageOf(error) },
        'A stats sample is missing.',
      );
    } finally {
      this.#asked.delete(container.id);
    }
  }
}
