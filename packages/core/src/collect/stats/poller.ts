import { type Clock, type LogCounts, messageOf } from '@tallyman/sdk';
import type { ContainerDetails } from '../../decode/inspect.ts';
import { sampleFrom } from '../../decode/stat.ts';
import { type StatRecordParts, statRecord } from '../../decode/stat-record.ts';
import { lanesNeeding } from '../../route/router.ts';
import type { Counters } from '../../vitals/counters.ts';
import type { Diagnostics } from '../../vitals/log.ts';
import type { ContainerDirectory } from '../containers.ts';
import { answerLimitMs, withDeadline } from '../deadline.ts';
import { type Engine, EngineError } from '../engine.ts';
import type { Subjects } from '../subjects.ts';
import { Pace } from './pace.ts';

export interface StatPollerSettings {
  readonly engine: Engine;
  readonly directory: ContainerDirectory;
  readonly subjects: Subjects;
  readonly clock: Clock;
  readonly log: Diagnostics;
  readonly counters: Counters;
  readonly intervalMs: number;
  readonly isPodman: boolean;
  readonly connected: (signal: AbortSignal) => Promise<void>;
  /** What was read from the container's log since the last call. */
  readonly takeLogCounts: (id: string) => LogCounts;
}

/** What is remembered of a container from one sample to the next. */
interface Watched {
  readonly sinceMs: number;
  previous?: StatRecordParts['previous'];
  /** From when a sample is asked for until the answer is there. */
  isAsked?: boolean;
}

/**
 * Samples every running container once an interval. Where the engine answers at once the requests are spread
 * over the interval, a few at a time; where it makes each wait for its tick they are all opened together.
 */
export class StatPoller {
  readonly #settings: StatPollerSettings;
  readonly #watched = new Map<string, Watched>();
  readonly #pace = new Pace();

  constructor(settings: StatPollerSettings) {
    this.#settings = settings;
  }

  /** Begins the first window of a container that was not seen before. */
  seen(id: string): void {
    this.#watch(id);
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, connected, intervalMs } = this.#settings;
    await connected(signal);
    let dueMs = clock.monotonicMs();
    while (true) {
      await connected(signal);
      await this.#sweep(signal);
      dueMs = Math.max(dueMs + intervalMs, clock.monotonicMs());
      await clock.sleep(dueMs - clock.monotonicMs(), signal);
    }
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { clock, directory, intervalMs, log } = this.#settings;
    const endMs = clock.monotonicMs() + intervalMs;
    const all = directory.all();
    this.#forget(new Set(all.map(({ id }) => id)));
    const wanted = all.filter((container) => this.#isWanted(container));
    const due = wanted.filter(({ id }) => this.#watch(id).isAsked !== true);
    const unanswered = wanted.length - due.length;
    if (unanswered > due.length)
      log.warn(
        { intervalMs, unanswered },
        'Stats take longer than their interval, raise collect.stats.interval.',
      );
    this.#pace.hanging(unanswered);
    if (this.#pace.isKnown) {
      const spacingMs = this.#pace.spacingMs(intervalMs, due.length);
      await this.#pollAll(due, { spacingMs, endMs }, signal);
      return;
    }
    await this.#pollAll(due.slice(0, 1), { spacingMs: 0, endMs }, signal);
    await this.#pollAll(due.slice(1), { spacingMs: 0, endMs }, signal);
  }

  #isWanted(container: ContainerDetails): boolean {
    const { subjects } = this.#settings;
    return container.isRunning && subjects.of(container).route.lanes.stat.length > 0;
  }

  async #pollAll(
    containers: readonly ContainerDetails[],
    { spacingMs, endMs }: { readonly spacingMs: number; readonly endMs: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#settings;
    const polls: Promise<void>[] = [];
    for (const container of containers) {
      this.#watch(container.id).isAsked = true;
      polls.push(this.#pace.use(() => this.#poll(container, signal)));
      if (spacingMs > 0) await clock.sleep(spacingMs, signal);
    }
    await waitUntil(endMs, clock, Promise.all(polls), signal);
  }

  async #poll(container: ContainerDetails, signal: AbortSignal): Promise<void> {
    const { engine, clock, counters, log } = this.#settings;
    const watched = this.#watch(container.id);
    const startedMs = clock.monotonicMs();
    try {
      const answer = await withDeadline(answerLimitMs, clock, signal, (limited) =>
        engine.stats(container.id, limited),
      );
      this.#pace.answered(clock.monotonicMs() - startedMs);
      this.#take(container, watched, answer);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof EngineError && error.kind === 'gone') return;
      counters.add('stat_failures');
      log.debug(
        { container: container.name, error: messageOf(error) },
        'A stats sample is missing.',
      );
    } finally {
      watched.isAsked = false;
    }
  }

  #take({ id }: ContainerDetails, watched: Watched, answer: unknown): void {
    const { directory, subjects, counters, clock, isPodman, takeLogCounts } = this.#settings;
    const sample = sampleFrom(answer);
    const container = directory.get(id);
    // A sample that was cached by the engine comes twice; one of a stopped container is none.
    if (sample === undefined || container === undefined) return;
    const { previous, sinceMs } = watched;
    if (sample.readAt === previous?.sample.readAt) return;
    counters.add('stat_samples');
    const { origin, route } = subjects.of(container);
    const record = statRecord(sample, {
      container,
      origin,
      ...(previous === undefined ? {} : { previous }),
      seenForMs: clock.monotonicMs() - sinceMs,
      isPodman,
      logs: takeLogCounts(id),
    });
    watched.previous = { sample, startedAt: container.startedAt };
    const { needing, others } = lanesNeeding('rawStats', route.lanes.stat);
    for (const lane of others) lane.offer([record]);
    const raw = { ...record, raw: answer };
    for (const lane of needing) lane.offer([raw]);
  }

  #watch(id: string): Watched {
    const watched = this.#watched.get(id) ?? { sinceMs: this.#settings.clock.monotonicMs() };
    this.#watched.set(id, watched);
    return watched;
  }

  #forget(known: ReadonlySet<string>): void {
    for (const id of this.#watched.keys()) if (!known.has(id)) this.#watched.delete(id);
  }
}

/** Waits for answers, but not past a moment: a request that hangs does not hold up the others' next ones. */
async function waitUntil(
  endMs: number,
  clock: Clock,
  answers: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const answered = new AbortController();
  const leftMs = Math.max(0, endMs - clock.monotonicMs());
  const over = clock.sleep(leftMs, AbortSignal.any([signal, answered.signal]));
  try {
    await Promise.race([answers, over]);
  } finally {
    answered.abort();
  }
}
