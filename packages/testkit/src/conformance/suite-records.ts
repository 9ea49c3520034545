import type { Clock, ContainerRecord, RecordKind } from '@tallyman/sdk';
import { eventRecord, logRecord, statRecord } from '../sample-records.ts';

const ageMs = 60_000;
const slotMs = 10_000;

/** Records of the suite: each with an id, a container and a text of its own, all of a minute ago. */
export class SuiteRecords {
  readonly #baseMs: number;
  #made = 0;

  constructor(clock: Clock) {
    // At the beginning of a sample's slot: destinations may round to it.
    this.#baseMs = Math.floor((clock.now() - ageMs) / slotMs) * slotMs;
  }

  next(kind: RecordKind): ContainerRecord {
    const number = ++this.#made;
    const container = {
      id: number.toString(16).padStart(12, 'c').padEnd(64, '0'),
      name: `suite-${number}`,
      image: 'nginx:1.27',
    };
    const short = container.id.slice(0, 12);
    const nanos = `${this.#baseMs}000000`;
    const time = new Date(this.#baseMs).toISOString().replace('Z', '000000Z');
    switch (kind) {
      case 'log':
        return logRecord({
          id: `${short}:o:${nanos}:0`,
          time,
          container,
          message: `line of suite-${number}`,
        });
      case 'stat':
        return statRecord({ id: `${short}:s:${nanos}`, time, container });
      case 'event':
        return eventRecord({
          id: `${short}:v:${nanos}:die:0`,
          time,
          container,
          attributes: { name: container.name, image: container.image, exitCode: '137' },
        });
    }
  }

  list(kind: RecordKind, count: number): readonly ContainerRecord[] {
    return Array.from({ length: count }, () => this.next(kind));
  }
}
