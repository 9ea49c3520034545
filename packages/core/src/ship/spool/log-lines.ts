import type { ContainerRecord } from '@tallyman/sdk';
import { secondText } from '../../decode/instant.ts';
import { isRecord, stringOf, textMapOf } from '../../decode/json.ts';
import {
  LogRecord,
  LogSource,
  type Origin,
  type StreamName,
  streamLetters,
} from '../../decode/log.ts';
import type { Records } from '../../decode/records.ts';
import { damaged, type PayloadReader, type PayloadWriter, parsed } from './payload.ts';

// What the first byte of a line says of it. Most lines share source and second with the line before.
const isTruncated = 1;
const isUnterminated = 2;
const isSameSource = 4;
const isSameSecond = 8;
const isFirstOfItsTime = 16;
/** A record that is no view on bytes follows as JSON. */
const isPlain = 64;

/**
 * Appends logs: first what the lines of a source share, once, as the JSON that the source has ready; then each
 * line as its flags, what of source, time and ordinal the flags do not say, and its bytes as they are.
 */
export function writeLogs(records: Records, target: PayloadWriter): void {
  const sources = sourcesOf(records);
  target.uint32(sources.size);
  for (const source of sources.keys()) target.block(source.json);
  let source: LogSource | undefined;
  let second = Number.NaN;
  for (const record of records) {
    if (!(record instanceof LogRecord)) {
      target.byte(isPlain);
      target.text(JSON.stringify(record));
      continue;
    }
    const { seconds, nanos, ordinal, truncated, isTerminated } = record;
    let flags = truncated ? isTruncated : 0;
    if (!isTerminated) flags |= isUnterminated;
    if (record.source === source) flags |= isSameSource;
    if (seconds === second) flags |= isSameSecond;
    if (ordinal === 0) flags |= isFirstOfItsTime;

    target.byte(flags);
    if (!(flags & isSameSource)) target.uint32(sources.get(record.source) as number);
    if (!(flags & isSameSecond)) {
      second = seconds;
      target.text(secondText(seconds));
    }
    target.uint32(nanos);
    if (ordinal !== 0) target.uint32(ordinal);
    target.block(record.messageBytes);
    source = record.source;
  }
}

/** Reads `count` logs, as views on the bytes that they are read from. Throws `SpoolError`. */
export function readLogs(count: number, from: PayloadReader): ContainerRecord[] {
  const sources: LogSource[] = [];
  for (let left = from.uint32(); left > 0; left--) sources.push(sourceFrom(from.block()));
  const records: ContainerRecord[] = [];
  let source: LogSource | undefined;
  let seconds = Number.NaN;
  while (records.length < count) {
    const flags = from.byte();
    if (flags & isPlain) {
      records.push(logFrom(from.json()));
      continue;
    }
    if (!(flags & isSameSource)) source = sources[from.uint32()];
    if (source === undefined) throw damaged('a line names a source that is not there');
    if (!(flags & isSameSecond)) seconds = secondsFrom(from.text());
    const nanos = from.uint32();
    const ordinal = flags & isFirstOfItsTime ? 0 : from.uint32();
    const truncated = (flags & isTruncated) !== 0;
    const isTerminated = (flags & isUnterminated) === 0;
    const bytes = from.block();
    const facts = { seconds, nanos, ordinal, truncated, isTerminated };
    records.push(new LogRecord(source, { ...facts, bytes, start: 0, end: bytes.length }));
  }
  return records;
}

function sourcesOf(records: Records): Map<LogSource, number> {
  const sources = new Map<LogSource, number>();
  let last: LogSource | undefined;
  for (const record of records) {
    if (!(record instanceof LogRecord) || record.source === last) continue;
    last = record.source;
    if (!sources.has(last)) sources.set(last, sources.size);
  }
  return sources;
}

/** From `2026-11-21T19:10:15`. */
function secondsFrom(text: string): number {
  const seconds = Date.parse(`${text}Z`) / 1_000;
  if (Number.isNaN(seconds)) throw damaged(`"${text}" is no time`);
  return seconds;
}

/** From `,"host":…,"stream":…,"message":`. */
function sourceFrom(json: Buffer): LogSource {
  const shared = parsed(`{${json.toString('utf8', 1)}0}`);
  if (!isRecord(shared)) throw damaged('a source is no object');
  const { container, stream } = shared;
  const host = stringOf(shared.host);
  if (host === undefined || !isIdentity(container) || !isStream(stream))
    throw damaged('a source lacks its host, container or stream');
  return new LogSource({ host, container, fields: textMapOf(shared.fields) }, stream);
}

function isIdentity(value: unknown): value is Origin['container'] {
  return isRecord(value) && typeof value.id === 'string';
}

function isStream(value: unknown): value is StreamName {
  return typeof value === 'string' && Object.hasOwn(streamLetters, value);
}

function logFrom(value: unknown): ContainerRecord {
  if (!isRecord(value) || value.kind !== 'log') throw damaged('a log is none');
  return value as unknown as ContainerRecord;
}
