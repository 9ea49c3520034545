import { encodeJsonArray, encodeJsonLines } from './encode.ts';
import { isSinkError, partial, permanent, retryable } from './errors.ts';
import { recordsOf } from './record-list.ts';
import type { SinkContext } from './sink.ts';

/** What {@link SinkContext.sdk} carries, for whoever makes a context: the agent, or a test. */
export const sinkHelpers: SinkContext['sdk'] = Object.freeze({
  retryable,
  permanent,
  partial,
  isSinkError,
  encodeJsonLines,
  encodeJsonArray,
  recordsOf,
});
