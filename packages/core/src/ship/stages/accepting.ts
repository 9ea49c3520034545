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
    const { batch, entry } = delivery;
    // Logs share a batch with nothing else, and are not made only to be looked at.
    if (entry.content === 'log' && accepted.has('log')) return send(delivery, signal);
    const drop: { index: number; reason: string }[] = [];
    const retry: number[] = [];
    let index = 0;
    for (const { kind } of batch.records) {
      if (accepted.has(kind)) retry.push(index);
      else drop.push({ index, reason: `the sink takes no ${kind} records any more` });
      index++;
    }
    if (drop.length > 0) throw partial({ retry, drop });
    return send(delivery, signal);
  };
}
