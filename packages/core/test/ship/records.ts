import type { ContainerEvent } from '@tallyman/sdk';
import { weightOf } from '../../src/decode/weight.ts';

/** A frozen record with this id that weighs so many bytes. */
export function record(id: string, bytes = 200): ContainerEvent {
  const unpadded = eventOf(id, '');
  return eventOf(id, '.'.repeat(bytes - weightOf(unpadded)));
}

/** Records `0`, `1`, … of the same weight. */
export function recordsTo(end: number, bytes?: number): ContainerEvent[] {
  return Array.from({ length: end }, (_, index) => record(String(index), bytes));
}

export function idsOf(records: Iterable<{ readonly id: string }>): string[] {
  return Array.from(records, ({ id }) => id);
}

function eventOf(id: string, padding: string): ContainerEvent {
  return Object.freeze({
    kind: 'event',
    id,
    time: '2025-01-01T00:00:00.000000000Z',
    host: 'h',
    fields: Object.freeze({}),
    action: padding,
    attributes: Object.freeze({}),
  });
}
