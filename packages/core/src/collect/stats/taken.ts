import type { ContainerDetails } from '../../decode/inspect.ts';
import type { StatSample } from '../../decode/stat.ts';

/** A sample and whose it is. */
export interface TakenSample {
  readonly source: 'engine' | 'cgroup';
  readonly sample: StatSample;
  /** The engine's own, where it comes from there. */
  readonly raw?: unknown;
}

/** What a reader hands its samples to. */
export type TakeSample = (container: ContainerDetails, taken: TakenSample) => void;
