import type { Batch, RecordKind, Sink } from '@tallyman/sdk';
import { VirtualClock } from '@tallyman/testkit';
import type {
  BatchSettings,
  LaneSettings,
  QueueSettings,
  RetrySettings,
} from '../../src/settings.ts';
import { Lane } from '../../src/ship/lane.ts';
import { Strain, type StrainState } from '../../src/ship/strain.ts';
import { FakeDisk, FakeSpool, type Weather } from './fake-spool.ts';
import { PositionsBook } from './positions-book.ts';
import { idsOf } from './records.ts';

export interface Manners {
  readonly batch?: Partial<BatchSettings>;
  readonly queue?: Partial<QueueSettings>;
  readonly retry?: Partial<RetrySettings>;
  readonly kinds?: readonly RecordKind[];
}

/** What a lane under test has beyond the process; a new one of each where it is not said. */
export interface Belongings {
  readonly positions?: PositionsBook;
  /** Absent: the lane holds in memory alone. */
  readonly disk?: FakeDisk;
  readonly weather?: readonly Weather[];
  readonly clock?: VirtualClock;
}

/** One log line. */
export interface Said {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A lane on a virtual clock, whose backoff is always its ceiling. */
export function laneFor(sink: Sink, manners: Manners = {}, belongings: Belongings = {}) {
  const { positions = new PositionsBook(), disk, weather, clock = new VirtualClock() } = belongings;
  const said: Said[] = [];
  const strains: StrainState[] = [];
  const spool = disk && new FakeSpool(disk, clock, weather);
  const lane = new Lane(settingsFor(sink, manners), {
    clock,
    log: logInto(said),
    random: () => 0.999_999,
    state: { positions, ...(spool && { spool }) },
    strain: new Strain((state) => strains.push(state)),
  });
  return { lane, clock, said, strains, positions, spool };
}

/** As {@link laneFor}, with a disk. */
export function spoolingLane(sink: Sink, manners: Manners = {}, belongings: Belongings = {}) {
  const { disk = new FakeDisk() } = belongings;
  const { spool, ...rest } = laneFor(sink, manners, { ...belongings, disk });
  if (!spool) throw new Error('there is no spool');
  return { ...rest, spool, disk };
}

export function logInto(said: { push(line: Said): void }) {
  const at = (level: Said['level']) => (fields: object, message: string) => {
    said.push({ level, message, fields: { ...fields } });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export function settingsFor(
  sink: Sink,
  manners: { [K in keyof Manners]: Manners[K] | undefined },
): LaneSettings {
  return {
    name: 'test',
    sink,
    kinds: manners.kinds ?? ['event'],
    include: [],
    exclude: [],
    needs: new Set(),
    batch: { maxRecords: 4, maxBytes: 1_000_000, maxWaitMs: 0, ...manners.batch },
    queue: {
      memoryBytes: 1_000_000,
      inFlightBytes: 1_000_000,
      whenFull: 'wait',
      concurrency: 1,
      ordered: false,
      ...manners.queue,
    },
    retry: { firstDelayMs: 100, maxDelayMs: 1_000, attemptTimeoutMs: 10_000, ...manners.retry },
  };
}

/** One call of a sink's `write`, which the test answers. */
export interface Write {
  readonly id: string;
  readonly ids: readonly string[];
  readonly attempt: number;
  readonly signal: AbortSignal;
  accept(): void;
  reject(error: unknown): void;
}

/** A sink whose writes wait for the test. On abort they reject, unless it is `deaf`. */
export class HandSink implements Sink {
  readonly writes: Write[] = [];
  closed = 0;
  readonly #deaf: boolean;

  constructor({ deaf = false }: { readonly deaf?: boolean } = {}) {
    this.#deaf = deaf;
  }

  /** The latest write. */
  get last(): Write {
    const write = this.writes.at(-1);
    if (!write) throw new Error('nothing was written');
    return write;
  }

  /** The ids of the records of each write, in the order of the calls. */
  get written(): string[][] {
    return this.writes.map(({ ids }) => [...ids]);
  }

  write({ id, records, attempt }: Batch, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.writes.push({ id, ids: idsOf(records), attempt, signal, accept: resolve, reject });
    if (!this.#deaf) signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    return promise;
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

/** A sink that answers each write by what the function does with its ids: return or throw. */
export function sinkThat(answer: (ids: readonly string[], batch: Batch) => void) {
  const accepted: string[] = [];
  const writes: string[][] = [];
  const sink: Sink = {
    async write(batch) {
      const ids = idsOf(batch.records);
      writes.push(ids);
      answer(ids, batch);
      accepted.push(...ids);
    },
  };
  return { sink, accepted, writes };
}
