import type { ContainerRecord } from '@tallyman/sdk';
import { instantOf, timeOf } from '../../../src/decode/instant.ts';
import type { Line } from '../../../src/decode/lines.ts';
import { LogRecord, LogSource, type StreamName } from '../../../src/decode/log.ts';
import type { SpoolFrame } from '../../../src/ship/spool/spool.ts';
import { record } from '../records.ts';

const id = 'ab'.repeat(32);
const container = { id, name: 'web', image: 'nginx:1.27' };

export function sourceOf(stream: StreamName = 'stdout'): LogSource {
  return new LogSource({ host: 'h', container, fields: { cluster: 'prod' } }, stream);
}

export function lineOf(bytes: Buffer, nanos = 0, rest: Partial<Line> = {}): Line {
  const time = `2026-01-02T03:04:05.${String(nanos).padStart(9, '0')}Z`;
  const facts = { ...instantOf(time), ordinal: 0, truncated: false, isTerminated: true, ...rest };
  return { ...facts, bytes, start: 0, end: bytes.length };
}

/** A batch of lines of one container; each of so many bytes, which depend on the place. */
export function logFrame(place: number, lines = 2, lineBytes = 20): SpoolFrame {
  const source = sourceOf();
  const records = Array.from({ length: lines }, (_, index) => {
    const bytes = Buffer.alloc(lineBytes, `${place}.${index} `);
    return new LogRecord(source, lineOf(bytes, place));
  });
  const after = { stream: 'stdout', time: timeOf(lineOf(Buffer.alloc(0), place)) } as const;
  const position = {
    after: { ...after, ordinal: 0, isTerminated: true },
    ahead: [],
    youngest: [after],
  };
  return {
    id: `b-${place}`,
    place,
    records,
    marks: [{ containerId: id, name: 'web', position }],
  };
}

/** A batch of records that cannot be read again. */
export function otherFrame(place: number, records = 1): SpoolFrame {
  return {
    id: `b-${place}`,
    place,
    records: Array.from({ length: records }, (_, index) => record(`${place}.${index}`)),
    marks: [],
  };
}

/** All that can be seen of a batch, messages to the byte. */
export function seen(frame: SpoolFrame): string {
  return JSON.stringify({ ...frame, records: Array.from(frame.records, seenRecord) });
}

function seenRecord(record: ContainerRecord): unknown {
  if (!(record instanceof LogRecord)) return record;
  const { ordinal, isTerminated, messageBytes } = record;
  return { record, ordinal, isTerminated, bytes: messageBytes.toString('latin1') };
}
