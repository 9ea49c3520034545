import { type Clock, type ContainerStat, type LogCounts, messageOf } from '@tallyman/sdk';
import type { ContainerDetails } from '../decode/inspect.ts';
import { optional } from '../decode/json.ts';
import { shortId } from '../decode/log.ts';
import { cpuPercentOf, type StatSample, sampleFrom } from '../decode/stat.ts';
import { millisecondsOf, nanosOf } from '../decode/timestamp.ts';
import { dispatchAtOnce } from '../route/router.ts';
import type { Counters } from '../vitals/counters.ts';
import type { Diagnostics } from '../vitals/log.ts';
import type { ContainerDirectory } from './containers.ts';
import { answerLimitMs, withDeadline } from './deadline.ts';
import { type Engine, EngineError } from './engine.ts';
import { Slots } from './slots.ts';
import type { Subject, Subjects } from './subjects.ts';

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
  previous?: StatSample;
  /** Of the run that `previous` belongs to. */
  startedAt?: string | undefined;
  /** From when a sample is asked for until the answer is there. */
  isAsked?: boolean;
}

// Engine 20.10 answers a one-shot request with its collector's next tick, within a second or so, unless the
// collector was idle; one tick serves all requests that wait for it. Later engines sample at once, in some ms.
const slowAnswerMs = 250;
const atOnceWhenSlow = 512;
const atOnceWhenFast = 8;
// One answer that was held up says nothing yet, two in a row do.
const lastAnswerShare = 0.2;

/**
 * Samples every running container once an interval. Where the engine answers at once the requests are spread
 * over the interval, a few at a time; where it makes each wait for its tick they are all opened together.
 */
export class StatPoller {
  readonly #settings: StatPollerSettings;
  readonly #watched = new Map<string, Watched>();
  readonly #slots = new Slots(atOnceWhenFast);
  #answerMs: number | undefined;
  #unanswered = 0;

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
    // A request that hangs takes no place from the others.
    this.#unanswered = unanswered;
    this.#setPace();
    const [first, ...others] = due;
    if (first === undefined) return;
    // The engine's pace is not known before it was asked once.
    if (this.#answerMs === undefined) {
      await this.#pollAll([first], { spacingMs: 0, endMs }, signal);
      await this.#pollAll(others, { spacingMs: 0, endMs }, signal);
      return;
    }
    const spacingMs = this.#isSlow ? 0 : (intervalMs * 0.8) / due.length;
    await this.#pollAll(due, { spacingMs, endMs }, signal);
  }

  get #isSlow(): boolean {
    return (this.#answerMs ?? 0) > slowAnswerMs;
  }

  /** Notes the engine's pace, and acts on it at once: 20.10 answers the first request fast and all others slowly. */
  #answered(afterMs: number): void {
    const before = this.#answerMs ?? afterMs;
    this.#answerMs = before + (afterMs - before) * lastAnswerShare;
    this.#setPace();
  }

  #setPace(): void {
    this.#slots.limit = (this.#isSlow ? atOnceWhenSlow : atOnceWhenFast) + this.#unanswered;
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
      polls.push(this.#slots.use(() => this.#poll(container, signal)));
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
      this.#answered(clock.monotonicMs() - startedMs);
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
    const { directory, subjects, counters } = this.#settings;
    const sample = sampleFrom(answer);
    const container = directory.get(id);
    // A sample that was cached by the engine comes twice; one of a stopped container is none.
    if (sample === undefined || container === undefined) return;
    if (sample.readAt === watched.previous?.readAt) return;
    counters.add('stat_samples');
    const subject = subjects.of(container);
    const record = this.#record(container, subject, watched, sample);
    watched.previous = sample;
    watched.startedAt = container.startedAt;
    const lanes = subject.route.lanes.stat;
    dispatchAtOnce(
      [record],
      lanes.filter((lane) => !lane.rawStats),
    );
    dispatchAtOnce(
      [{ ...record, raw: answer }],
      lanes.filter((lane) => lane.rawStats),
    );
  }

  #record(
    container: ContainerDetails,
    { origin }: Subject,
    { previous, sinceMs, startedAt }: Watched,
    sample: StatSample,
  ): ContainerStat {
    const { clock, isPodman, takeLogCounts } = this.#settings;
    const windowMs = Math.round(
      previous === undefined
        ? clock.monotonicMs() - sinceMs
        : millisecondsOf(sample.readAt) - millisecondsOf(previous.readAt),
    );
    // A new run counts from 0: its CPU time says nothing together with that of the run before.
    const percent =
      previous === undefined || startedAt !== container.startedAt
        ? undefined
        : cpuPercentOf(previous, sample, { windowMs, isPodman });
    const { memory, network, blockIo, pids, readAt } = sample;
    return {
      kind: 'stat',
      id: `${shortId(container.id)}:s:${nanosOf(readAt)}`,
      time: readAt,
      ...origin,
      windowMs,
      cpu: {
        ...optional({ percent }),
        ...sample.cpu,
        ...optional({ limitCpus: container.limitCpus }),
      },
      memory,
      ...optional({ network, blockIo, pids }),
      logs: takeLogCounts(container.id),
      state: stateOf(container, readAt),
    };
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

function stateOf(container: ContainerDetails, readAt: string): ContainerStat['state'] {
  const { status, health, startedAt = '', restartCount, oomKilled } = container;
  const uptimeMs = startedAt === '' ? -1 : millisecondsOf(readAt) - millisecondsOf(startedAt);
  return {
    status,
    startedAt,
    restartCount,
    oomKilled,
    ...optional({ health, uptimeSeconds: uptimeMs < 0 ? undefined : Math.floor(uptimeMs / 1_000) }),
  };
}
