import { types } from 'node:util';
import { isSinkError, type SinkError } from '@tallyman/sdk';

/** What a sink rejected with, as the lane understands it. */
export type Failure = {
  readonly message: string;
  readonly status?: number;
  readonly retryAfterMs: number;
} & (
  | { readonly kind: 'credentials' }
  /** The destination will never take this batch as it is. */
  | { readonly kind: 'refusal'; readonly reason: 'refused' | 'too_large' }
  | {
      readonly kind: 'partial';
      readonly retry: SinkError['retry'];
      readonly drop: SinkError['drop'];
    }
  | { readonly kind: 'retryable' }
  /** The sink did not say; `name` is the error's. Its records may be at fault. */
  | { readonly kind: 'unknown'; readonly name: string }
);

const longestText = 300;

/** Classifies a rejection, once. Trusts nothing: the sink may be anybody's. */
export function failureFrom(error: unknown): Failure {
  if (!isSinkError(error)) return unclassified(error);
  const message = textOf(error);
  const retryAfterMs = positive(error.retryAfterMs);
  const facts = { message, retryAfterMs, ...(isNumber(error.status) && { status: error.status }) };
  if (error.disposition === 'partial') {
    return {
      ...facts,
      kind: 'partial',
      retry: listOf(error.retry),
      drop: listOf(error.drop).map(named),
    };
  }
  if (error.status === 401 || error.status === 403) return { ...facts, kind: 'credentials' };
  if (error.status === 413) return { ...facts, kind: 'refusal', reason: 'too_large' };
  if (error.disposition === 'permanent') return { ...facts, kind: 'refusal', reason: 'refused' };
  return { ...facts, kind: 'retryable' };
}

/** Text from outside, cut to a length that a log line bears. */
export function bounded(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}…`;
}

function unclassified(error: unknown): Failure {
  const message = textOf(error);
  if (isConnectionFault(error)) return { kind: 'retryable', message, retryAfterMs: 0 };
  const name = types.isNativeError(error) ? error.name : typeof error;
  return { kind: 'unknown', name, message, retryAfterMs: 0 };
}

// An error of the operating system speaks of the connection, never of the records: a sink that passes on a
// bare ECONNREFUSED must not lose its records as poison in an outage. So does an answer that is no HTTP, of which
// Node's fetch says so by name only. Node's own ERR_… codes are programming errors.
function isConnectionFault(error: unknown): boolean {
  let link = error;
  for (let depth = 0; depth < 5 && typeof link === 'object' && link !== null; depth++) {
    if ('code' in link && typeof link.code === 'string' && systemCode.test(link.code)) return true;
    if ('name' in link && link.name === 'HTTPParserError') return true;
    link = 'cause' in link ? link.cause : undefined;
  }
  return false;
}

const systemCode = /^(?:E(?!RR_)[A-Z0-9]+|UND_ERR_\w+|HPE_\w+)$/;

const deepestCause = 3;

/** What the error says, and what its causes add: "fetch failed" alone helps nobody. */
function textOf(error: unknown): string {
  if (typeof error === 'string') return bounded(error);
  if (typeof error !== 'object' || error === null) return `a rejection with ${typeof error}`;
  const messages: string[] = [];
  let link: unknown = error;
  while (typeof link === 'object' && link !== null && messages.length <= deepestCause) {
    const message = 'message' in link && typeof link.message === 'string' ? link.message : '';
    if (message !== '' && !messages.some((said) => said.includes(message))) messages.push(message);
    link = 'cause' in link ? link.cause : undefined;
  }
  return messages.length > 0 ? bounded(messages.join(': ')) : 'a rejection without a message';
}

function listOf<T>(list: readonly T[]): readonly T[] {
  return Array.isArray(list) ? list : [];
}

// What is not an object names no record; NaN is no index.
function named(entry: SinkError['drop'][number]): SinkError['drop'][number] {
  return typeof entry === 'object' && entry !== null ? entry : { index: Number.NaN, reason: '' };
}

function positive(value: unknown): number {
  return isNumber(value) && value > 0 ? value : 0;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
