import type { SinkDefinition } from '@tallyman/sdk';
import type { SinkHarness } from './harness.ts';

/** What is being checked. */
export interface Subject {
  readonly definition: SinkDefinition;
  readonly harness: SinkHarness;
  readonly signal: AbortSignal;
}
