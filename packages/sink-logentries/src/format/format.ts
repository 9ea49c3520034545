import type { ContainerRecord, JsonBytes } from '@tallyman/sdk';

/** How records look as events: what stands in a line between token and newline. */
export interface Format {
  /** Writes the record as one event of whatever length, without newline, carriage return or NUL. */
  write(record: ContainerRecord, event: JsonBytes): void;
  /** The same record as several events, marked as parts, none of more than `limitBytes`. */
  pieces(record: ContainerRecord, limitBytes: number): readonly string[];
}
