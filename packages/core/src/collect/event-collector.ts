import { type EngineEvent, eventRecord, identityFromEvent, labelsAmong } from '../decode/event.ts';
import { type Glob, globOf } from '../route/glob.ts';
import { lanesNeeding } from '../route/router.ts';
import type { ContainerDirectory } from './containers.ts';
import type { Described, Subjects } from './subjects.ts';

/** Turns the engine's events into records. */
export class EventCollector {
  readonly #directory: ContainerDirectory;
  readonly #subjects: Subjects;
  readonly #excluded: readonly Glob[];

  constructor(directory: ContainerDirectory, subjects: Subjects, exclude: readonly string[]) {
    this.#directory = directory;
    this.#subjects = subjects;
    this.#excluded = exclude.map(globOf);
  }

  event(event: EngineEvent, ordinal: number): void {
    if (this.#excluded.some((matches) => matches(event.action))) return;
    const { origin, route } = this.#subjects.of(this.describe(event));
    const record = eventRecord(event, origin, ordinal);
    const { needing, others } = lanesNeeding('command', route.lanes.event);
    for (const lane of others) lane.offer([record]);
    const command = this.#directory.get(event.containerId)?.command;
    const wanted = command === undefined ? record : { ...record, command };
    for (const lane of needing) lane.offer([wanted]);
  }

  /** The container as it was when the event happened: its name may have changed since, its labels cannot. */
  describe(event: EngineEvent): Described {
    const known = this.#directory.get(event.containerId);
    const said = identityFromEvent(event);
    if (known !== undefined) return known.name === said.name ? known : { ...known, ...said };
    return { ...said, labels: labelsAmong(event.attributes) };
  }
}
