import type { Clock } from '@tallyman/sdk';
import type { LogMark } from '../decode/mark.ts';
import type { LanePositions } from '../state/lane-state.ts';
import { markOrder } from '../state/mark-order.ts';
import { Entry } from './entry.ts';
import type { Spool, SpoolEntry } from './spool/spool.ts';

/**
 * The batches that earlier runs left on disk, as this run's. Of their marks only those are trusted that the
 * positions had reached: of what lies before any other, something may not have been written any more.
 */
export function recoveredEntries(
  { recovered }: Pick<Spool, 'recovered'>,
  positions: Pick<LanePositions, 'marks'>,
  clock: Clock,
): readonly Entry[] {
  const reached = new Map(positions.marks().map((mark) => [mark.containerId, mark]));
  const isTrusted = (mark: LogMark) => {
    const last = reached.get(mark.containerId);
    return last !== undefined && ['same', 'behind'].includes(markOrder(mark, last));
  };
  const sinceMs = clock.monotonicMs();
  return recovered.map((stored) => {
    const entry = new Entry({ ...stored, sinceMs, recovered: { stored, isTrusted } });
    if (stored.content === 'other') entry.isSafe = true;
    return entry;
  });
}

/** The first place that is younger than all of these. */
export function placeAfter(recovered: readonly SpoolEntry[]): number {
  return recovered.reduce((last, { place, count }) => Math.max(last, place + count), 0);
}
