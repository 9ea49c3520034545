import { messageOf, type RecordKind } from '@tallyman/sdk';
import type { Records } from '../decode/records.ts';
import type { Selectable } from '../route/selector.ts';
import type { Diagnostics } from '../vitals/log.ts';

/** What was just collected of one container. */
export interface Sighting {
  readonly container: Selectable;
  readonly kind: RecordKind;
  /** The lanes that take such records of it. Where there are none, nothing is shown. */
  readonly lanes: readonly { readonly name: string }[];
  /** Never empty. */
  readonly records: Records;
}

/** Looks at records as they are collected. What it does takes the collectors' time, so it has to be little. */
export type Tap = (sighting: Sighting) => void;

/**
 * Those who look on while records are collected, beside all lanes. Collectors ask {@link Taps.isOpen} once for each
 * chunk, and work out what there is to see only where somebody looks.
 */
export class Taps {
  readonly #log: Diagnostics;
  readonly #open = new Set<Tap>();

  constructor(log: Diagnostics) {
    this.#log = log;
  }

  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /** The tap sees what is collected from now on, until the returned function is called. */
  open(tap: Tap): () => void {
    this.#open.add(tap);
    return () => {
      this.#open.delete(tap);
    };
  }

  /** Never throws: a tap that does is closed. */
  show(sighting: Sighting): void {
    if (sighting.records.length === 0 || sighting.lanes.length === 0) return;
    for (const tap of this.#open)
      try {
        tap(sighting);
      } catch (error) {
        this.#open.delete(tap);
        this.#log.error({ error: messageOf(error) }, 'Looking at live records failed, it ends.');
      }
  }
}
