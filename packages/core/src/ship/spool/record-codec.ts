import type { ContainerRecord } from '@tallyman/sdk';
import { isRecord } from '../../decode/json.ts';
import type { LogMark } from '../../decode/mark.ts';
import { weightOfAll } from '../../decode/weight.ts';
import { readLogs, writeLogs } from './log-lines.ts';
import { damaged, PayloadReader, PayloadWriter } from './payload.ts';
import type { SpoolEntry, SpoolFrame } from './spool.ts';

/** A batch as bytes, and what is known of it without reading them again. */
export interface EncodedFrame {
  readonly entry: SpoolEntry;
  /** Never empty; its last byte is never 0. */
  readonly payload: Buffer;
}

const [contentLog, contentOther] = [1, 2];
// Not 0: by that a frame whose end a power cut left unwritten is told from one that was damaged.
const endMark = 0x0a;

// One for all batches, which are encoded one at a time.
const target = new PayloadWriter();

/** The batch as bytes: what its entry says first, so that this can be read alone; then marks and records. */
export function encodeFrame({ id, place, marks, records }: SpoolFrame): EncodedFrame {
  const count = records.length;
  const content = records.at(0)?.kind === 'log' ? 'log' : 'other';
  const bytes = weightOfAll(records);
  target.begin();
  target.byte(content === 'log' ? contentLog : contentOther);
  target.float64(place);
  target.uint32(count);
  target.float64(bytes);
  target.text(id);
  target.text(JSON.stringify(marks));
  if (content === 'log') writeLogs(records, target);
  else target.text(JSON.stringify(Array.from(records)));
  target.byte(endMark);
  return { entry: { id, place, count, bytes, content }, payload: target.end() };
}

/** Throws `SpoolError` `damaged`, and nothing else, where it is no batch. */
export function decodeFrame(payload: Buffer): SpoolFrame {
  const from = new PayloadReader(payload);
  const { id, place, count, content } = readEntry(from);
  const marks = marksFrom(from.json());
  const records = content === 'log' ? readLogs(count, from) : recordsFrom(from.json(), count);
  if (from.byte() !== endMark) throw damaged('its end is missing');
  from.end();
  return { id, place, records, marks };
}

/** What the batch is, without its records. Throws `SpoolError` `damaged`. */
export function entryOf(payload: Buffer): SpoolEntry {
  return readEntry(new PayloadReader(payload));
}

function readEntry(from: PayloadReader): SpoolEntry {
  const kind = from.byte();
  if (kind !== contentLog && kind !== contentOther) throw damaged('it holds something unknown');
  const place = from.float64();
  const count = from.uint32();
  const bytes = from.float64();
  const id = from.text();
  return { id, place, count, bytes, content: kind === contentLog ? 'log' : 'other' };
}

function marksFrom(value: unknown): LogMark[] {
  if (!Array.isArray(value) || !value.every(isMark)) throw damaged('its marks are none');
  return value;
}

function isMark(value: unknown): value is LogMark {
  return isRecord(value) && typeof value.containerId === 'string' && typeof value.name === 'string';
}

function recordsFrom(value: unknown, count: number): ContainerRecord[] {
  if (!Array.isArray(value) || value.length !== count || !value.every(isContainerRecord))
    throw damaged('its records are none');
  return value;
}

function isContainerRecord(value: unknown): value is ContainerRecord {
  return isRecord(value) && typeof value.kind === 'string' && typeof value.id === 'string';
}
