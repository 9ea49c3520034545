import type { Clock, ContainerStat, LogCounts } from '@tallyman/sdk';
import type { ContainerDetails } from '../../decode/inspect.ts';
import type { StatSample } from '../../decode/stat.ts';
import { type StatRecordParts, statRecord } from '../../decode/stat-record.ts';
import { lanesNeeding } from '../../route/router.ts';
import type { Counters } from '../../vitals/counters.ts';
import type { ContainerDirectory } from '../containers.ts';
import type { Subjects } from '../subjects.ts';
import type { Taps } from '../taps.ts';
import type { TakenSample } from './taken.ts';

export interface SeriesSettings {
  readonly directory: Pick<ContainerDirectory, 'get'>;
  readonly subjects: Subjects;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly taps: Taps;
  readonly isPodman: boolean;
  /** What was read from the container's log since the last call. */
  readonly takeLogCounts: (id: string) => LogCounts;
}

/** What is remembered of a container from one sample to the next. */
interface Watched {
  readonly sinceMs: number;
  previous?: NonNullable<StatRecordParts['previous']> & Pick<TakenSample, 'source'>;
  latest?: ContainerStat;
}

/** Makes the records: each sample with the one before it. */
export class Series {
  readonly #settings: SeriesSettings;
  readonly #watched = new Map<string, Watched>();

  constructor(settings: SeriesSettings) {
    this.#settings = settings;
  }

  /** Begins the first window of a container that was not seen before. */
  seen(id: string): void {
    this.#watch(id);
  }

  /** Forgets all others. */
  keep(known: ReadonlySet<string>): void {
    for (const id of this.#watched.keys()) if (!known.has(id)) this.#watched.delete(id);
  }

  latestOf(id: string): ContainerStat | undefined {
    return this.#watched.get(id)?.latest;
  }

  /** Hands the record of a sample to the lanes. */
  take({ id }: ContainerDetails, { source, sample, raw }: TakenSample): void {
    const { directory, subjects, counters, taps, clock, isPodman, takeLogCounts } = this.#settings;
    const container = directory.get(id);
    // A sample that was cached by the engine comes twice; one of a stopped container is none.
    if (container === undefined) return;
    const watched = this.#watch(id);
    const { previous, sinceMs } = watched;
    if (sample.readAt === previous?.sample.readAt) return;
    counters.add('stat_samples');
    const { origin, route } = subjects.of(container);
    const record = statRecord(sample, {
      container,
      origin,
      ...(previous === undefined ? {} : { previous: comparable(previous, source) }),
      seenForMs: clock.monotonicMs() - sinceMs,
      isPodman,
      logs: takeLogCounts(id),
    });
    watched.previous = { source, sample, startedAt: container.startedAt };
    watched.latest = record;
    const { needing, others } = lanesNeeding('rawStats', route.lanes.stat);
    for (const lane of others) lane.offer([record]);
    const whole = raw === undefined ? record : { ...record, raw };
    for (const lane of needing) lane.offer([whole]);
    if (taps.isOpen)
      taps.show({ container, kind: 'stat', lanes: route.lanes.stat, records: [record] });
  }

  #watch(id: string): Watched {
    const watched = this.#watched.get(id) ?? { sinceMs: this.#settings.clock.monotonicMs() };
    this.#watched.set(id, watched);
    return watched;
  }
}

/**
 * Of two sources the CPU time of the container is the same counter of the kernel, that of the host need not be: the
 * engine may see another /proc/stat than the agent. Without it, the percentage is over wall time.
 */
function comparable(
  { source, sample, startedAt }: NonNullable<Watched['previous']>,
  next: TakenSample['source'],
): NonNullable<StatRecordParts['previous']> {
  return { startedAt, sample: source === next ? sample : withoutHostTime(sample) };
}

function withoutHostTime({ readAt, cpu, memory }: StatSample): StatSample {
  return { readAt, cpu, memory };
}
