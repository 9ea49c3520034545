import { isSinkError, type Sink } from '@tallyman/sdk';
import type { Facts } from '../right-sink.ts';
import { type WrongSink, wrong } from './wrong-sink.ts';

export const wrongErrors: readonly WrongSink[] = [
  wrong('5.1', 'knows Retry-After in seconds only', {
    errorFor: (error, { status, retryAfter }, { context }) =>
      status === 429 && Number.isNaN(Number(retryAfter))
        ? context.sdk.retryable(error.message, { status })
        : error,
  }),
  wrong('5.1', 'takes the seconds of Retry-After for milliseconds', {
    errorFor: (error, { status, retryAfter }, { context }) =>
      status === 429 && !Number.isNaN(Number(retryAfter))
        ? context.sdk.retryable(error.message, { status, retryAfterMs: Number(retryAfter) })
        : error,
  }),
  wrong('5.1', 'gives up what comes too fast', {
    errorFor: (error, { status }, { context }) =>
      status === 429 ? context.sdk.permanent(error.message, { status }) : error,
  }),
  wrong('5.2', 'gives up at a 500', {
    errorFor: (error, { status }, { context }) =>
      status === 500 ? context.sdk.permanent(error.message, { status }) : error,
  }),
  wrong('5.2', 'says nothing of a 500', {
    errorFor: (error, { status }) => (status === 500 ? new Error(error.message) : error),
  }),
  wrong('5.3', 'gives up when the connection breaks', {
    wrong: failing(({ cause }, { context }) =>
      codeOf(cause) === 'ECONNRESET' ? context.sdk.permanent('posting: it broke') : undefined,
    ),
  }),
  wrong('5.4', 'gives up when it does not understand the answer', {
    wrong: failing(({ cause }, { context }) =>
      codeOf(cause)?.startsWith('HPE_')
        ? context.sdk.permanent('posting: it made no sense')
        : undefined,
    ),
  }),
  wrong('5.5', 'takes silence for consent', {
    wrong: (sink, { context }) => ({
      ...sink,
      write: async (batch, signal) => {
        const enough = new AbortController();
        const silence = context.clock.sleep(60_000, enough.signal).catch(() => {});
        try {
          await Promise.race([sink.write(batch, signal), silence]);
        } finally {
          enough.abort();
        }
      },
    }),
  }),
  wrong('5.5', 'takes silence for a refusal', {
    wrong: (sink, { context }) => ({
      ...sink,
      write: async (batch, signal) => {
        const tooLong = new AbortController();
        const cancel = context.clock.after(60_000, () => tooLong.abort());
        try {
          await sink.write(batch, AbortSignal.any([signal, tooLong.signal]));
        } catch (error) {
          if (tooLong.signal.aborted) throw context.sdk.permanent('posting: no answer in a minute');
          throw error;
        } finally {
          cancel();
        }
      },
    }),
  }),
  wrong('5.6', 'tries again what will never be taken', {
    errorFor: (error, { status }, { context }) =>
      status === 400 ? context.sdk.retryable(error.message, { status }) : error,
  }),
  wrong('5.7', 'keeps to itself that a batch is too large', {
    errorFor: (error, { status }, { context }) =>
      status === 413 ? context.sdk.permanent(error.message) : error,
  }),
  wrong('5.8', 'gives up when its token is refused in a write', {
    wrong: (sink, { context }) => ({
      ...sink,
      write: async (batch, signal) => {
        await sink.write(batch, signal).catch((error: unknown) => {
          if (isSinkError(error) && error.status === 401)
            throw context.sdk.permanent(error.message);
          throw error;
        });
      },
    }),
  }),
  wrong('5.9', 'names the records that were accepted', {
    errorFor: (error, _reply, { context }) =>
      isSinkError(error) && error.disposition === 'partial'
        ? context.sdk.partial({ drop: [0, 2, 4].map((index) => ({ index, reason: 'refused' })) })
        : error,
  }),
  wrong('5.9', 'counts from one', {
    errorFor: (error, _reply, { context }) =>
      isSinkError(error) && error.disposition === 'partial'
        ? context.sdk.partial({
            drop: error.drop.map(({ index, reason }) => ({ index: index + 1, reason })),
          })
        : error,
  }),
  wrong('5.9', 'would have the refused ones come again for ever', {
    errorFor: (error, _reply, { context }) =>
      isSinkError(error) && error.disposition === 'partial'
        ? context.sdk.partial({ retry: error.drop.map(({ index }) => index) })
        : error,
  }),
  wrong('5.10', 'says only that it failed', {
    errorFor: (error, { status }, { context }) =>
      status === 503 ? context.sdk.retryable('failed', { status }) : error,
  }),
];

/** A sink whose rejections of one sort become others. */
function failing(
  other: (error: { readonly cause?: unknown }, facts: Facts) => Error | undefined,
): (sink: Required<Sink>, facts: Facts) => Sink {
  return (sink, facts) => ({
    ...sink,
    write: async (batch, signal) => {
      await sink.write(batch, signal).catch((error: { readonly cause?: unknown }) => {
        throw other(error, facts) ?? error;
      });
    },
  });
}

function codeOf(cause: unknown): string | undefined {
  const hasCode = typeof cause === 'object' && cause !== null && 'code' in cause;
  return hasCode && typeof cause.code === 'string' ? cause.code : undefined;
}
