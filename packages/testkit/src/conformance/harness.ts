import type { Clock, ContainerRecord, RecordKind, SinkDefinition } from '@tallyman/sdk';
import type { DestinationClause } from './clauses.ts';

/** What the suite has to know of a sink and of its destination. */
export interface SinkHarness {
  /** A destination that listens and accepts everything. Started anew for each clause, and disposed of after it. */
  start(surroundings: Surroundings): Promise<SinkBackend>;
  /** Options, as users write them in YAML, that the sink's schema has to refuse; at least one. */
  readonly invalidOptions: readonly Readonly<Record<string, unknown>>[];
  /** For all kinds, or by kind. Anything unmistakable of more than eight characters; none for a sink without tokens. */
  readonly token?: string | Readonly<Partial<Record<RecordKind, string>>>;
  /** What the destination cannot show, each with the reason: `{ '5.9': 'a request is taken as a whole' }`. */
  readonly notApplicable?: Readonly<Partial<Record<DestinationClause, string>>>;
}

/** What the suite brings to a destination. */
export interface Surroundings {
  /** The sink's clock. Dates that the destination names are of this clock. */
  readonly clock: Clock;
  /** Aborts when the suite is to end. */
  readonly signal: AbortSignal;
}

/** A destination under the suite's control. */
export interface SinkBackend extends AsyncDisposable {
  /** Options, as users write them in YAML, that lead the sink here. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Instead of the definition's, where options cannot name the destination, such as a stream. */
  readonly create?: SinkDefinition['create'];
  /** Does so from now on. Only what {@link SinkHarness.notApplicable} does not rule out is asked for. */
  behave(behaviour: Behaviour): void | Promise<void>;
  /**
   * The ids of those of the records that the destination has accepted, in the order in which it did; of those that
   * came twice, twice. Every record of the suite has an id, a container and a message of its own. Throws where
   * what came cannot be read.
   */
  arrived(records: readonly ContainerRecord[]): readonly string[] | Promise<readonly string[]>;
  /** Requests that came so far; where there are none, connections or writes. */
  contacts(): number;
  /** Requests that are unanswered at this moment and have not been given up. Absent where that cannot be known. */
  underWay?(): number;
  /** The URLs, or paths, that were asked for. Absent where there are none. */
  urls?(): readonly string[];
}

/** What a destination is told to do. All but `accept` is asked for only where its clause applies. */
export type Behaviour =
  /** Accepts, also what it has been silent about. */
  | { readonly kind: 'accept' }
  /** 5.5. Takes what comes, and neither accepts nor answers it until told to `accept`. */
  | { readonly kind: 'silence' }
  /** 5.1. Answers 429 with `Retry-After`, as seconds or as the HTTP date that is so far ahead. */
  | {
      readonly kind: 'limit';
      readonly retryAfter: { readonly seconds: number } | { readonly dateInSeconds: number };
    }
  /** 5.2. Answers with this status, 5xx. */
  | { readonly kind: 'unavailable'; readonly status: number }
  /** 5.3. Resets the connection. */
  | { readonly kind: 'reset' }
  /** 5.4. Answers with what is none of its protocol. */
  | { readonly kind: 'garbage' }
  /** 5.6. Answers with this status, 4xx: it will never take that. */
  | { readonly kind: 'refuse'; readonly status: number }
  /** 5.7. Answers 413. */
  | { readonly kind: 'too-large' }
  /** 3.2, 5.8. Answers 401. */
  | { readonly kind: 'unauthorised' }
  /** 5.9. Accepts all records but these, for ever, and says which in its own way. */
  | { readonly kind: 'partial'; readonly refused: readonly RefusedRecord[] };

/** A record that a destination is to refuse. */
export interface RefusedRecord {
  /** In `batch.records`. */
  readonly index: number;
  readonly record: ContainerRecord;
}
