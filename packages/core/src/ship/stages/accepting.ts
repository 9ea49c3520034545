import { partial, type RecordKind } from '@tallyman/sdk';
import type { Stage } from './send.ts';

/**
 * Keeps from a sink what it cannot be given: the lane may hold what an earlier sink of its name took. Absent:
 * everything can be.
 */
export function accepting(kinds: readonly RecordKind[] | undefined): Stage {
  if (kinds === undefined) return (send) => send;
  const accepted: ReadonlySet<RecordKind> = new Set(kinds);
  return (send) => async (delivery, signal) => {
    const { records } = delivery.batch;
    if (records.every(({ kind }) => accepted.has(kind))) return send(delivery, signal);
    const drop: { index: number; reason: string }[] = [];
    const retry: number[] = [];
    for (const [index, { kind }] of records.entries())
      if (accepted.has(kind)) retry.push(index);
      else drop.push({ index, reason: `the sink takes no ${kind} records any more` });
    throw partial({ retry, drop });
  };
}
