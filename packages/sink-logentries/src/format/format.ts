import type { ContainerRecord } from '@tallyman/sdk';
import type { LineBytes } from '../framing/line-bytes.ts';

/** How records look as events: what stands in a line between token and newline. */
export interface Format {
  /** Writes the record as one event of whatever length, without newline, carriage return or NUL. */
  write(record: ContainerRecord, event: LineBytes): void;
  /** The same record as several events, marked as parts, none of more than `limitBytes`. */
  pieces(record: ContainerRecord, limitBytes: number): readonly string[];
}
