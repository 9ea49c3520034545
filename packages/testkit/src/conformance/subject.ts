import type { SinkDefinition } from '@tallyman/sdk';
import type { SinkHarness } from './harness.ts';

/** What is being checked. */
export interface Subject {
  readonly definition: SinkDefinition;
  readonly harness: SinkHarness;
  readonly signal: AbortSignal;
}

/** Throws where there is nothing to check: what is wrong with a definition is for its clauses to say. */
export function demandDefinition(definition: unknown): asserts definition is SinkDefinition {
  if (typeof definition === 'object' && definition !== null) return;
  throw new Error(
    `checking a sink: its definition is ${definition === null ? 'null' : `of the type ${typeof definition}`}; hand in the default export of its module`,
  );
}
