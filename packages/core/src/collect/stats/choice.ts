import type { ContainerDetails } from '../../decode/inspect.ts';
import { lanesNeeding } from '../../route/router.ts';
import type { CollectSettings } from '../../settings.ts';
import type { Counters } from '../../vitals/counters.ts';
import type { Diagnostics } from '../../vitals/log.ts';
import type { Subjects } from '../subjects.ts';
import type { CgroupSource } from './cgroup/source.ts';

export type ReaderName = CollectSettings['stats']['reader'];

export interface ChoiceSettings {
  readonly reader: ReaderName;
  readonly source: Pick<CgroupSource, 'version' | 'refuses'>;
  readonly subjects: Subjects;
  /** Whether the engine is reached by a socket of this host: only then can files here be of its containers. */
  readonly isLocal: boolean;
  /** Lanes whose sink asks for the engine's own samples. */
  readonly rawLanes: readonly string[];
  readonly log: Diagnostics;
  readonly counters: Counters;
}

const advice =
  'Mount the host’s control groups and processes into the agent’s container: -v /sys/fs/cgroup:/sys/fs/cgroup:ro and either --pid host or -v /proc:/host/proc:ro. Or set collect.stats.reader to auto: then the engine is asked.';

/** Whose samples of a container are taken, and what is to be said about it. */
export class ReaderChoice {
  readonly #settings: ChoiceSettings;
  readonly #misses = new Map<string, number>();
  #isSaid = false;
  readonly #first = { fromFiles: 0, others: 0, why: new Set<string>() };

  constructor(settings: ChoiceSettings) {
    this.#settings = settings;
  }

  /** Whether the engine is asked for what the files do not give. */
  get hasFallback(): boolean {
    return this.#settings.reader !== 'cgroup';
  }

  /** Where a sample of the container is sought first. */
  of(container: ContainerDetails): 'files' | 'engine' {
    const { reader, source } = this.#settings;
    if (reader === 'cgroup') return 'files';
    if (this.isEngineAlone) return 'engine';
    const why = this.#whyEngineFor(container);
    if (why !== undefined) this.#note(why);
    return why === undefined && !source.refuses(container) ? 'files' : 'engine';
  }

  /** Notes that the files gave a sample. */
  read({ id }: ContainerDetails): void {
    // What was said once is not said again.
    if (this.#misses.get(id) === 1) this.#misses.delete(id);
    if (!this.#isSaid) this.#first.fromFiles++;
  }

  /** Notes that the files gave none. Once is nothing: the container may have ended meanwhile. */
  missed({ id, name }: ContainerDetails, why: string): void {
    const { counters, log } = this.#settings;
    this.#note(why);
    if (this.hasFallback) return;
    const misses = (this.#misses.get(id) ?? 0) + 1;
    this.#misses.set(id, misses);
    if (misses > 1) counters.add('stat_failures');
    if (misses === 2)
      log.warn({ container: name, why, advice }, 'The stats of a container cannot be read.');
  }

  /** Forgets all others. */
  keep(known: ReadonlySet<string>): void {
    for (const id of this.#misses.keys()) if (!known.has(id)) this.#misses.delete(id);
  }

  /** Whether the engine is asked for everything, whatever containers there are. */
  get isEngineAlone(): boolean {
    return this.#whyEngine !== undefined;
  }

  /** Says, once, which reader is used and why; unless that is the engine alone, when all containers were read. */
  say(): void {
    if (this.#isSaid) return;
    this.#isSaid = true;
    const { reader, source, rawLanes, log } = this.#settings;
    const { fromFiles, others, why } = this.#first;
    const isEngine = this.isEngineAlone || (this.hasFallback && fromFiles === 0 && others > 0);
    const fields = { reader, cgroup: source.version, fromFiles };
    if (isEngine)
      log.info({ reader, why: this.#whyEngine ?? [...why] }, 'Stats are read through the engine.');
    else if (this.hasFallback)
      log.info(
        { ...fields, fromEngine: others, why: [...why] },
        'Stats are read from the control groups, and through the engine where these do not do.',
      );
    else log.info({ ...fields, unreadable: others }, 'Stats are read from the control groups.');
    if (!this.hasFallback && rawLanes.length > 0)
      log.warn(
        { sinks: rawLanes },
        'Sinks ask for the engine’s own samples, which control groups do not give; set collect.stats.reader to auto.',
      );
  }

  /** Why the engine is asked for everything; nothing where it is not. */
  get #whyEngine(): string | undefined {
    const { reader, isLocal, source } = this.#settings;
    if (reader === 'engine') return 'collect.stats.reader is engine';
    if (reader === 'cgroup') return undefined;
    if (!isLocal) return 'the engine is not reached by a socket of this host';
    return source.version === undefined ? 'no control groups are mounted here' : undefined;
  }

  #whyEngineFor(container: ContainerDetails): string | undefined {
    const { stat } = this.#settings.subjects.of(container).route.lanes;
    const [lane] = lanesNeeding('rawStats', stat).needing;
    return lane && `the sink ${lane.name} asks for the engine’s own samples`;
  }

  #note(why: string): void {
    if (this.#isSaid) return;
    this.#first.others++;
    this.#first.why.add(why);
  }
}
