import type { ContainerEvent } from '@tallyman/sdk';
import { instantOf } from '../../src/decode/instant.ts';
import { LogRecord, LogSource } from '../../src/decode/log.ts';
import type { LogChunk, LogMark } from '../../src/decode/mark.ts';
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

/** The number in an id of {@link record} or {@link line}. */
export function numberOf(id: string): number {
  return Number(id.split(':').at(-1));
}

const time = '2025-01-01T00:00:00.000000000Z';
const at = instantOf(time);
const sources = new Map<string, LogSource>();

/** A log record of this container whose id ends in the number. It weighs at least 300 bytes. */
export function line(container: string, number: number, bytes = 400): LogRecord {
  const source = sourceOf(container);
  const withMessage = (bytes: Buffer) =>
    new LogRecord(source, {
      ...at,
      ordinal: number,
      bytes,
      start: 0,
      end: bytes.length,
      truncated: false,
      isTerminated: true,
    });
  const empty = weightOf(withMessage(Buffer.alloc(0)));
  return withMessage(Buffer.alloc(bytes - empty, '.'));
}

/** The lines `first` to `last` of a container, as a chunk whose mark is the last of them. */
export function linesOf(container: string, first: number, last: number, bytes?: number): LogChunk {
  const length = Math.max(0, last - first + 1);
  const records = Array.from({ length }, (_, index) => line(container, first + index, bytes));
  return { records, mark: markAt(container, last) };
}

/** The mark after the container's line of this number. */
export function markAt(container: string, number: number): LogMark {
  const after = { stream: 'stdout', time, ordinal: number, isTerminated: true } as const;
  return { containerId: container, name: container, position: { after, ahead: [], youngest: [] } };
}

/** The number of the line that the mark is after; -1: none. */
export function placeOf(mark: LogMark | undefined): number {
  return mark?.position?.after?.ordinal ?? -1;
}

function sourceOf(container: string): LogSource {
  let source = sources.get(container);
  if (!source) {
    const origin = { host: 'h', container: { id: container, name: '', image: '' }, fields: {} };
    source = new LogSource(origin, 'stdout');
    sources.set(container, source);
  }
  return source;
}

function eventOf(id: string, padding: string): ContainerEvent {
  return Object.freeze({
    kind: 'event',
    id,
    time,
    host: 'h',
    fields: Object.freeze({}),
    action: padding,
    attributes: Object.freeze({}),
  });
}
