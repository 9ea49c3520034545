import { type DropReason, dropReasons } from '@tallyman/sdk';
import type { Delivery, Drop, Outcome } from './delivery.ts';
import { bounded, type Failure } from './failure.ts';

/** What follows from a failed attempt. */
export interface Verdict extends Outcome {
  /** How the lane waits before its next attempt: not at all, with growing delays, or as long as a person needs. */
  readonly pause: 'none' | 'backoff' | 'slow';
  /** Indexes the sink named that mean nothing for this batch, or that it named twice. */
  readonly senseless: readonly unknown[];
}

export interface VerdictContext {
  readonly nextId: () => string;
  readonly nowMs: number;
  readonly giveUpAfterMs: number | undefined;
}

// Equal unknown errors in a row, after which the batch is suspected rather than the destination.
const suspicious = 5;

/** Decides what becomes of a batch that the sink rejected. */
export function verdictOn(delivery: Delivery, failure: Failure, context: VerdictContext): Verdict {
  const inARow = delivery.repeated(textOf(failure));
  switch (failure.kind) {
    case 'credentials':
      return again(delivery, failure, context, 'slow');
    case 'retryable':
      return again(delivery, failure, context, 'backoff');
    case 'unknown':
      return inARow < suspicious
        ? again(delivery, failure, context, 'backoff')
        : { ...bisected(delivery, failure, 'poison', context), pause: 'backoff' };
    case 'refusal':
      return bisected(delivery, failure, failure.reason, context);
    case 'partial':
      return partly(delivery, failure, context);
  }
}

function textOf(failure: Failure): string {
  return `${failure.kind === 'unknown' ? failure.name : failure.kind}: ${failure.message}`;
}

const nothing: Verdict = { delivered: [], dropped: [], left: [], pause: 'none', senseless: [] };

function again(
  delivery: Delivery,
  failure: Failure,
  { nowMs, giveUpAfterMs }: VerdictContext,
  pause: Verdict['pause'],
): Verdict {
  if (giveUpAfterMs === undefined || delivery.ageMs(nowMs) < giveUpAfterMs) {
    return { ...nothing, left: [delivery], pause };
  }
  return { ...nothing, dropped: [dropOf(delivery, 'gave_up', failure)], pause };
}

function bisected(
  delivery: Delivery,
  failure: Failure,
  reason: DropReason,
  { nextId }: VerdictContext,
): Verdict {
  const pause = failure.retryAfterMs > 0 ? 'backoff' : 'none';
  return delivery.batch.records.length > 1
    ? { ...nothing, left: delivery.halves(nextId), pause }
    : { ...nothing, dropped: [dropOf(delivery, reason, failure)], pause };
}

function dropOf(delivery: Delivery, reason: DropReason, failure: Failure): Drop {
  return { records: delivery.batch.records, reason, sample: failure.message };
}

function partly(
  delivery: Delivery,
  failure: Extract<Failure, { kind: 'partial' }>,
  context: VerdictContext,
): Verdict {
  const { records } = delivery.batch;
  const senseless: unknown[] = [];
  const named = new Map<number, string | undefined>();
  const name = (index: number, reason: string | undefined) => {
    if (!Number.isInteger(index) || index < 0 || index >= records.length || named.has(index)) {
      senseless.push(index);
    } else named.set(index, reason);
  };
  // To retry comes first: of a record that is named both ways nothing may be lost.
  for (const index of failure.retry) name(index, undefined);
  for (const { index, reason } of failure.drop) name(index, String(reason));

  const retried = [...named.keys()].filter((index) => named.get(index) === undefined);
  const left =
    retried.length > 0 ? [delivery.part(retried.toSorted(ascending), context.nextId)] : [];
  const [rest] = left;
  const outcome = rest ? again(rest, failure, context, 'backoff') : nothing;
  const all = Array.from(records);
  const dropped = all.flatMap((record, index): Drop[] => {
    const reason = named.get(index);
    return reason === undefined ? [] : [{ records: [record], ...reasonFrom(reason) }];
  });
  return {
    delivered: all.filter((_, index) => !named.has(index)),
    dropped: [...dropped, ...outcome.dropped],
    left: outcome.left,
    pause: failure.retryAfterMs > 0 ? 'backoff' : outcome.pause,
    senseless,
  };
}

function reasonFrom(text: string): { reason: DropReason; sample: string } {
  return {
    reason: dropReasons.find((reason) => reason === text) ?? 'refused',
    sample: bounded(text),
  };
}

function ascending(a: number, b: number): number {
  return a - b;
}
