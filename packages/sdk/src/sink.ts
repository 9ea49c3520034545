import type { Clock } from './clock.ts';
import type { encodeJsonArray, encodeJsonLines } from './encode.ts';
import type { isSinkError, partial, permanent, retryable } from './errors.ts';
import type { OptionsOf, OptionsSchema } from './options.ts';
import type { recordsOf } from './record-list.ts';
import type { ContainerRecord, RecordKind, RecordOf } from './records.ts';
import type { Secret } from './secret.ts';

/** The version of this contract. */
export const contractVersion = 1;

/** Records that go to the destination together. */
export interface Batch<R extends ContainerRecord = ContainerRecord> {
  /** The same on every attempt of the same records. */
  readonly id: string;
  /** Never empty. Must not be changed. {@link recordsOf} is the frugal way to many logs. */
  readonly records: readonly R[];
  /** 1 on the first attempt. */
  readonly attempt: number;
}

/**
 * A destination. Call order: `open` (again after a failure, with backoff), then `write`s, then `close`.
 * The runtime retries, batches, limits and queues; a sink never does.
 */
export interface Sink<R extends ContainerRecord = ContainerRecord> {
  /** Reaches the destination and proves the credentials, as far as the destination lets us. Called before any write. */
  open?(signal: AbortSignal): Promise<void>;
  /**
   * Resolves once the destination has accepted every record: that transfers responsibility. Rejects with a
   * `SinkError` otherwise; an error of another kind counts as retryable. Settles promptly when the signal
   * aborts and then leaves nothing running. The same batch may come again.
   */
  write(batch: Batch<R>, signal: AbortSignal): Promise<void>;
  /** Last and once, also after a failed `open`. */
  close?(signal: AbortSignal): Promise<void>;
}

/** Structured log for a sink's own remarks; it goes to the agent's stderr with the sink's name on it. */
export interface SinkLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a sink may use of the agent. */
export interface SinkContext {
  /** The sink's name in the configuration. */
  readonly name: string;
  /** Name of the Docker host. */
  readonly host: string;
  /** Version of the agent. */
  readonly version: string;
  /** The token for records of this kind: `tokens.KIND`, else `token`. */
  token(kind: RecordKind): Secret | undefined;
  readonly log: SinkLog;
  readonly clock: Clock;
  /** In [0, 1), like `Math.random`. */
  random(): number;
  /** Says that a write makes headway: `retry.attempt_timeout` starts anew for all attempts under way. */
  progress(): void;
  /** Counts something of the sink's own, by a name such as `delivered_unconfirmed`; shown beside its account. */
  count(counter: string, amount: number): void;
  /** The helpers of this package, for sinks that import nothing. */
  readonly sdk: {
    readonly retryable: typeof retryable;
    readonly permanent: typeof permanent;
    readonly partial: typeof partial;
    readonly isSinkError: typeof isSinkError;
    readonly encodeJsonLines: typeof encodeJsonLines;
    readonly encodeJsonArray: typeof encodeJsonArray;
    readonly recordsOf: typeof recordsOf;
  };
}

/** Something beyond the records that a sink needs collected. */
export type SinkNeed = 'rawStats' | 'command';

/** Default batching and concurrency; the configuration's `batch` and `queue` override it. */
export interface SinkDefaults {
  /** Records in a batch. Default 500. */
  readonly maxRecords?: number;
  /** Bytes in a batch, measured as JSON. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Longest wait for a batch to fill, in milliseconds. Default 1000. */
  readonly maxWaitMs?: number;
  /** Writes under way at once. Default 1, which keeps the order. */
  readonly concurrency?: number;
  /**
   * Writes are called in order, many may be in flight, and when one fails all later unresolved ones fail too;
   * they are then issued again, oldest first. In flight is bounded in bytes (`queue.in_flight`). Default false.
   */
  readonly ordered?: boolean;
}

/** The default export of a sink's module. */
export interface SinkDefinition {
  /** The name by which configurations choose it: lower case letters, digits, `-`. */
  readonly type: string;
  /** One sentence. */
  readonly summary: string;
  readonly stability: 'stable' | 'beta' | 'experimental';
  /** {@link contractVersion} the sink was written for. */
  readonly contract: 1;
  /** The kinds `write` receives. */
  readonly accepts: readonly RecordKind[];
  /** Tokens are a common field of every sink, never an option. */
  readonly token: 'required' | 'optional' | 'none';
  readonly options: OptionsSchema;
  readonly needs?: readonly SinkNeed[] | NeedsOf<unknown>;
  readonly defaults?: SinkDefaults;
  /** Builds the sink. Does no I/O: `check` calls it too. */
  create(options: unknown, context: SinkContext): Sink;
}

/** A {@link SinkDefinition} whose author knows its options and kinds. */
export interface SinkDefinitionOf<S extends OptionsSchema, K extends RecordKind>
  extends Omit<SinkDefinition, 'accepts' | 'options' | 'needs' | 'create'> {
  readonly accepts: readonly K[];
  readonly options: S;
  readonly needs?: readonly SinkNeed[] | NeedsOf<OptionsOf<S>>;
  create(options: OptionsOf<S>, context: SinkContext): Sink<RecordOf<K>>;
}

// As a method: the parameter of a function property would keep a known definition from being any definition.
type NeedsOf<O> = { needs(options: O): readonly SinkNeed[] }['needs'];

/** Types its argument and returns it unchanged: a plain object is as good. */
export function defineSink<const S extends OptionsSchema, const K extends RecordKind>(
  definition: SinkDefinitionOf<S, K>,
): SinkDefinitionOf<S, K> {
  return definition;
}
