import type { Clock } from '@tallyman/sdk';
import type { Delivery, Outcome } from '../delivery.ts';
import { type Failure, failureFrom } from '../failure.ts';
import type { Gate } from '../gate.ts';
import type { Reports } from '../reports.ts';
import { type Verdict, verdictOn } from '../verdict.ts';
import type { Stage } from './send.ts';

export interface RetryingContext {
  readonly gate: Gate;
  readonly reports: Reports;
  readonly clock: Clock;
  readonly nextId: () => string;
  readonly giveUpAfterMs: number | undefined;
  /** Takes each attempt's outcome, in the same turn in which it is known. */
  readonly settle: (delivery: Delivery, outcome: Outcome) => void;
}

/**
 * Turns a rejection into an outcome: what is delivered, what is dropped, what goes back to the lane for another
 * attempt. Never rejects. The waiting between attempts is the gate's, one for the whole lane.
 */
export function retrying(context: RetryingContext): Stage {
  const { gate, reports, clock, settle } = context;
  return (send) => async (delivery, signal) => {
    delivery.begin(clock.monotonicMs());
    let outcome: Outcome;
    try {
      outcome = await send(delivery, signal);
      gate.succeeded();
      reports.recovered();
    } catch (error) {
      outcome = outcomeOf(delivery, failureFrom(error), signal, context);
    }
    settle(delivery, outcome);
    return outcome;
  };
}

function outcomeOf(
  delivery: Delivery,
  failure: Failure,
  signal: AbortSignal,
  context: RetryingContext,
): Outcome {
  // The lane took the attempt back: nobody failed. Only a partial answer says something even then.
  if (signal.aborted && failure.kind !== 'partial') {
    return { delivered: [], dropped: [], left: [delivery] };
  }
  const { clock, nextId, giveUpAfterMs, gate, reports } = context;
  const nowMs = clock.monotonicMs();
  const verdict = verdictOn(delivery, failure, { nextId, nowMs, giveUpAfterMs });
  if (verdict.delivered.length > 0) gate.succeeded();
  const delayMs = signal.aborted ? 0 : pause(gate, verdict, failure);
  reports.failed({ batch: delivery.batch, attempt: delivery.attempts, delayMs }, failure, verdict);
  return verdict;
}

function pause(gate: Gate, verdict: Verdict, failure: Failure): number {
  switch (verdict.pause) {
    case 'none':
      return 0;
    case 'backoff':
      return gate.failed(failure);
    case 'slow':
      return gate.refusedCredentials(failure);
  }
}
