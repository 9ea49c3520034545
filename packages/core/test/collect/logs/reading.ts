import { type Clock, systemClock } from '@tallyman/sdk';
import { HttpEngine } from '../../../src/collect/engine-http.ts';
import { Inventory } from '../../../src/collect/inventory.ts';
import { type LaneLag, LogCollector } from '../../../src/collect/logs/collector.ts';
import { reachEngine } from '../../../src/collect/reach.ts';
import { type SubjectSettings, Subjects } from '../../../src/collect/subjects.ts';
import { Taps } from '../../../src/collect/taps.ts';
import { earlier } from '../../../src/decode/timestamp.ts';
import { type RoutedLane, Router } from '../../../src/route/router.ts';
import type { LogSettings } from '../../../src/settings.ts';
import type { LanePort } from '../../../src/ship/lane-port.ts';
import { Counters } from '../../../src/vitals/counters.ts';
import { logInto, type Said } from '../../ship/lane-under-test.ts';
import { until } from '../../until.ts';

export interface ReadingWishes {
  readonly clock?: Clock;
  readonly logs?: Partial<LogSettings>;
}

/** The logs of an embedded engine's containers, read for lanes of the test. */
export class Reading implements AsyncDisposable {
  readonly counters = new Counters();
  readonly said: Said[];
  readonly #stopping = new AbortController();
  readonly #inventory: Inventory;
  readonly #logs: LogCollector;
  readonly #subjects: Subjects;
  readonly #settings: LogSettings;
  readonly #running: Promise<void>;

  private constructor(parts: Awaited<ReturnType<typeof partsOf>>, lanes: readonly LanePort[]) {
    const { wishes, engine, info, said } = parts;
    this.said = said;
    const { signal } = this.#stopping;
    const logs: LogSettings = {
      enabled: true,
      startAt: 'beginning',
      maxLineBytes: 1024 * 1024,
      count: [],
      reader: 'auto',
      rm: 'engine',
      ...wishes.logs,
    };
    this.#settings = logs;
    this.#subjects = new Subjects(subjectsFor(routed(lanes), logs));
    const shared = {
      engine,
      clock: wishes.clock ?? systemClock,
      random: () => 0,
      log: logInto(said),
      counters: this.counters,
      taps: new Taps(logInto(said)),
      bornAt: info.bornAt,
      explain: () => '',
    };
    this.#inventory = new Inventory(shared, {
      changed: (container) => this.#logs.changed(container),
      gone: (container) => this.#logs.gone(container),
      event: () => {},
      missed: () => {},
      connected: () => {},
      reconciled: (ids) => this.#logs.sweep(ids),
    });
    this.#logs = new LogCollector(
      {
        ...shared,
        lanes,
        logs,
        directory: this.#inventory.containers,
        subjects: this.#subjects,
        connected: (waiting) => this.#inventory.connected(waiting),
        engineNow: () => earlier(info.now, info.reachedMs - shared.clock.monotonicMs()),
      },
      signal,
    );
    this.#running = this.#inventory.run(signal);
  }

  /** Reads for these lanes, once all containers are known. */
  static async of(
    { socketPath }: { readonly socketPath: string },
    lanes: readonly LanePort[],
    wishes: ReadingWishes = {},
  ): Promise<Reading> {
    const reading = new Reading(await partsOf(socketPath, wishes), lanes);
    await until(() => reading.says('Connected to the engine.'));
    return reading;
  }

  /** Reads on for these lanes, by these settings. */
  reconfigure(lanes: readonly RoutedLane[], wishes: Partial<LogSettings> = {}): void {
    const logs = { ...this.#settings, ...wishes };
    this.#subjects.reconfigure(subjectsFor(lanes, logs));
    this.#logs.reconfigure({ logs, lanes: lanes.map(({ lane }) => lane) });
  }

  lagOf(lane: LanePort): LaneLag {
    return this.#logs.lagOf(lane);
  }

  /** Whether the container is known to be removed. */
  isGone(id: string): boolean {
    return this.#inventory.containers.get(id) === undefined;
  }

  says(sentence: string): boolean {
    return this.said.some(({ message }) => message === sentence);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('the test is over'));
    await this.#running;
    await this.#logs.stopped();
  }
}

async function partsOf(socketPath: string, wishes: ReadingWishes) {
  const engine = new HttpEngine({ kind: 'unix', socketPath });
  const said: Said[] = [];
  const ports = {
    clock: wishes.clock ?? systemClock,
    random: () => 0,
    log: logInto(said),
    explain: () => '',
  };
  const info = await reachEngine(engine, ports, AbortSignal.timeout(10_000));
  return { wishes, engine, info, said };
}

/** Lanes that take every container. */
export function routed(lanes: readonly LanePort[]): readonly RoutedLane[] {
  return lanes.map((lane) => ({ lane, include: [], exclude: [] }));
}

function subjectsFor(lanes: readonly RoutedLane[], logs: LogSettings): SubjectSettings {
  const router = new Router({
    select: { mode: 'all', include: [], exclude: [] },
    collect: {
      logs,
      stats: { enabled: false, intervalMs: 10_000, reader: 'auto' },
      events: { enabled: true, exclude: [] },
      labelOverrides: true,
    },
    lanes,
  });
  return { host: 'quay', fields: {}, labels: [], labelOverrides: true, router };
}
