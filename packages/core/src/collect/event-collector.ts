import { type EngineEvent, eventRecord, identityFromEvent, labelsAmong } from '../decode/event.ts';
import { type Glob, globOf } from '../route/glob.ts';
import { lanesNeeding } from '../route/router.ts';
import type { ContainerDirectory } from './containers.ts';
import type { Described, Subjects } from './subjects.ts';
import type { Taps } from './taps.ts';

export interface EventCollectorSettings {
  readonly directory: ContainerDirectory;
  readonly subjects: Subjects;
  readonly taps: Taps;
  /** Globs on the action. */
  readonly exclude: readonly string[];
}

/** Turns the engine's events into records. */
export class EventCollector {
  readonly #settings: EventCollectorSettings;
  readonly #excluded: readonly Glob[];

  constructor(settings: EventCollectorSettings) {
    this.#settings = settings;
    this.#excluded = settings.exclude.map(globOf);
  }

  event(event: EngineEvent, ordinal: number): void {
    if (this.#excluded.some((matches) => matches(event.action))) return;
    const { directory, subjects, taps } = this.#settings;
    const container = this.describe(event);
    const { origin, route } = subjects.of(container);
    const record = eventRecord(event, origin, ordinal);
    const { needing, others } = lanesNeeding('command', route.lanes.event);
    for (const lane of others) lane.offer([record]);
    const command = directory.get(event.containerId)?.command;
    const wanted = command === undefined ? record : { ...record, command };
    for (const lane of needing) lane.offer([wanted]);
    if (taps.isOpen)
      taps.show({ container, kind: 'event', lanes: route.lanes.event, records: [record] });
  }

  /** The container as it was when the event happened: its name may have changed since, its labels cannot. */
  describe(event: EngineEvent): Described {
    const known = this.#settings.directory.get(event.containerId);
    const said = identityFromEvent(event);
    if (known !== undefined) return known.name === said.name ? known : { ...known, ...said };
    return { ...said, labels: labelsAmong(event.attributes) };
  }
}
