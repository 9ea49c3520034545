import type { Clock } from '@tallyman/sdk';
import type { ContainerDetails } from '../../decode/inspect.ts';
import type { Counters } from '../../vitals/counters.ts';
import type { Diagnostics } from '../../vitals/log.ts';
import type { ContainerDirectory } from '../containers.ts';
import type { Engine } from '../engine.ts';
import type { Subjects } from '../subjects.ts';
import type { CgroupSource } from './cgroup/source.ts';
import { ReaderChoice, type ReaderName } from './choice.ts';
import { EngineReader } from './engine-reader.ts';
import { FileReader } from './file-reader.ts';
import type { Series } from './series.ts';

export interface StatPollerSettings {
  readonly engine: Engine;
  readonly cgroup: Pick<CgroupSource, 'read' | 'refuses' | 'version'>;
  readonly reader: ReaderName;
  /** Lanes whose sink asks for the engine's own samples. */
  readonly rawLanes: readonly string[];
  readonly directory: ContainerDirectory;
  readonly subjects: Subjects;
  readonly clock: Clock;
  readonly log: Diagnostics;
  readonly counters: Counters;
  readonly intervalMs: number;
  /** Where samples are taken. */
  readonly series: Series;
  readonly connected: (signal: AbortSignal) => Promise<void>;
}

/** Samples every running container once an interval, from its control group or through the engine. */
export class StatPoller {
  readonly #settings: StatPollerSettings;
  readonly #choice: ReaderChoice;
  readonly #series: Series;
  readonly #engine: EngineReader;
  readonly #files: FileReader;

  constructor(settings: StatPollerSettings) {
    const { engine, cgroup } = settings;
    this.#settings = settings;
    this.#choice = new ReaderChoice({ ...settings, source: cgroup, isLocal: engine.isLocal });
    this.#series = settings.series;
    this.#engine = new EngineReader(settings, (...taken) => this.#series.take(...taken));
    this.#files = new FileReader(
      { ...settings, source: cgroup, refused: (...refusal) => this.#refused(...refusal) },
      (container, taken) => {
        this.#choice.read(container);
        this.#series.take(container, taken);
      },
    );
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, connected, intervalMs } = this.#settings;
    await connected(signal);
    if (this.#choice.isEngineAlone) this.#choice.say();
    let dueMs = clock.monotonicMs();
    while (true) {
      await connected(signal);
      await this.#sweep(signal);
      this.#choice.say();
      dueMs = Math.max(dueMs + intervalMs, clock.monotonicMs());
      await clock.sleep(dueMs - clock.monotonicMs(), signal);
    }
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { clock, directory, intervalMs, log } = this.#settings;
    const endMs = clock.monotonicMs() + intervalMs;
    const all = directory.all();
    const known = new Set(all.map(({ id }) => id));
    this.#series.keep(known);
    this.#choice.keep(known);
    const wanted = all.filter((container) => this.#isWanted(container));
    const due = wanted.filter(({ id }) => !this.#engine.isAsked(id));
    const unanswered = wanted.length - due.length;
    if (unanswered > due.length)
      log.warn(
        { intervalMs, unanswered },
        'Stats take longer than their interval, raise collect.stats.interval.',
      );
    this.#engine.hanging(unanswered);
    const { files = [], engine = [] } = Object.groupBy(due, (each) => this.#choice.of(each));
    await Promise.all([
      this.#engine.sweep(engine, endMs, signal),
      this.#files.sweep(files, endMs, signal),
    ]);
  }

  #isWanted(container: ContainerDetails): boolean {
    const { subjects } = this.#settings;
    return container.isRunning && subjects.of(container).route.lanes.stat.length > 0;
  }

  #refused(
    container: ContainerDetails,
    why: string,
    signal: AbortSignal,
  ): Promise<void> | undefined {
    this.#choice.missed(container, why);
    return this.#choice.hasFallback ? this.#engine.ask(container, signal) : undefined;
  }
}
