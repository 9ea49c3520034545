import type { ClauseNumber } from './clauses.ts';

/** What keeps a sink from a clause, for a person to act on. */
export interface SinkFault {
  /** What was expected. */
  readonly expected: string;
  readonly seen: string;
  readonly whatToDo: string;
  /** What was thrown, where neither the sink nor the suite means to throw. */
  readonly cause?: unknown;
}

/** What came of one clause. */
export type ClauseResult = {
  readonly clause: ClauseNumber;
  readonly sentence: string;
} & (
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly fault: SinkFault }
  | { readonly outcome: 'not applicable'; readonly why: string }
);

/** What came of all clauses, in the order of the contract. */
export interface SinkReport {
  /** The sink's. */
  readonly type: string;
  readonly results: readonly ClauseResult[];
}
