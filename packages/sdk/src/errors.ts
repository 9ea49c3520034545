import { types } from 'node:util';

/** What becomes of a record that is not delivered: the closed set by which the account counts drops. */
export const dropReasons = [
  'queue_full',
  'oldest',
  'newest',
  'refused',
  'too_large',
  'poison',
  'gave_up',
  'expired',
  'not_rereadable',
] as const;

/** One of {@link dropReasons}. */
export type DropReason = (typeof dropReasons)[number];

// In the global registry, so that a plugin which bundles its own copy of the SDK is understood.
const brand = Symbol.for('tallyman.SinkError');

/** Common to all delivery errors. */
export interface SinkErrorOptions {
  /** What went wrong underneath. Kept for the log; must not hold credentials. */
  readonly cause?: unknown;
  /**
   * HTTP status, where there is one. 401 and 403 mean that the credentials are refused: the lane holds its
   * records and tries again slowly. 413 means that the batch is too large: it is cut in half.
   */
  readonly status?: number | undefined;
}

export interface RetryableOptions extends SinkErrorOptions {
  /** How long the destination asks to be left alone, in milliseconds. Pauses the whole lane. */
  readonly retryAfterMs?: number | undefined;
}

/** The part of a batch that was not accepted. Indexes are positions in `batch.records`; unlisted records count as delivered. */
export interface PartialOutcome {
  /** To be tried again, as a new batch with a new id. */
  readonly retry?: readonly number[];
  /** Not to be tried again. A reason from {@link dropReasons} is counted as such; any other text is counted as `refused` and logged. */
  readonly drop?: readonly { readonly index: number; readonly reason: string }[];
  readonly retryAfterMs?: number | undefined;
}

/** What a sink's `write` and `open` reject with. Made by {@link retryable}, {@link permanent} and {@link partial}. */
export class SinkError extends Error {
  readonly disposition: 'retryable' | 'permanent' | 'partial';
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly retry: readonly number[];
  readonly drop: readonly { readonly index: number; readonly reason: string }[];

  constructor(
    disposition: SinkError['disposition'],
    message: string,
    { cause, status, retryAfterMs, retry = [], drop = [] }: RetryableOptions & PartialOutcome = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SinkError';
    this.disposition = disposition;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.retry = retry;
    this.drop = drop;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** The destination may accept the same batch later. The message says what was being done, e.g. `posting 300 points: HTTP 503`. */
export function retryable(message: string, options: RetryableOptions = {}): SinkError {
  return new SinkError('retryable', message, options);
}

/**
 * The destination will never accept this batch. A batch of more than one record is cut in half and tried
 * again, so that only the offending records are dropped (`refused`, or `too_large` with status 413).
 */
export function permanent(message: string, options: SinkErrorOptions = {}): SinkError {
  return new SinkError('permanent', message, options);
}

/** Some records were accepted, some not. */
export function partial(outcome: PartialOutcome): SinkError {
  const retry = outcome.retry?.length ?? 0;
  const drop = outcome.drop?.length ?? 0;
  return new SinkError('partial', `accepted in part: ${retry} to retry, ${drop} refused`, outcome);
}

/** Recognises a {@link SinkError} by its brand, also one made by another copy of the SDK. */
export function isSinkError(value: unknown): value is SinkError {
  return typeof value === 'object' && value !== null && brand in value;
}

/** The message of whatever was thrown: libraries and plugins throw anything. */
export function messageOf(thrown: unknown): string {
  return types.isNativeError(thrown) ? thrown.message : String(thrown);
}
