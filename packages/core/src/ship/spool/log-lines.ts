import type { ContainerRecord } from '@tallyman/sdk';
import { isRecord, stringOf, textMapOf } from '../../decode/json.ts';
import type { Line } from '../../decode/lines.ts';
import {
  LogRecord,
  LogSource,
  type Origin,
  type StreamName,
  streamLetters,
} from '../../decode/log.ts';
import { damaged, type PayloadReader, type PayloadWriter, parsed } from './payload.ts';

// What the first byte of a line says of it. Most lines share source and second with the line before.
const isTruncated = 1;
const isUnterminated = 2;
const isSameSource = 4;
const isSameSecond = 8;
const isFirstOfItsTime = 16;
/** The time is not as the log API of Docker writes it, and follows as text. */
const hasUnusualTime = 32;
/** A record that is no view on bytes follows as JSON. */
const isPlain = 64;

/**
 * Appends logs: first what the lines of a source share, once, as the JSON that the source has ready; then each
 * line as its flags, what of source, time and ordinal the flags do not say, and its bytes as they are.
 */
export function writeLogs(records: readonly ContainerRecord[], target: PayloadWriter): void {
  const sources = sourcesOf(records);
  target.uint32(sources.size);
  for (const source of sources.keys()) target.block(source.json);
  let source: LogSource | undefined;
  let second = '';
  for (const record of records) {
    if (!(record instanceof LogRecord)) {
      target.byte(isPlain);
      target.text(JSON.stringify(record));
      continue;
    }
    const { time, ordinal, truncated, isTerminated } = record;
    const nanos = nanosIn(time);
    let flags = truncated ? isTruncated : 0;
    if (!isTerminated) flags |= isUnterminated;
    if (record.source === source) flags |= isSameSource;
    if (nanos === undefined) flags |= hasUnusualTime;
    else if (time.startsWith(second) && second !== '') flags |= isSameSecond;
    if (ordinal === 0) flags |= isFirstOfItsTime;

    target.byte(flags);
    if (!(flags & isSameSource)) target.uint32(sources.get(record.source) as number);
    if (nanos === undefined) target.text(time);
    else {
      if (!(flags & isSameSecond)) {
        second = time.slice(0, secondLength);
        target.text(second);
      }
      target.uint32(nanos);
    }
    if (ordinal !== 0) target.uint32(ordinal);
    target.block(record.messageBytes);
    source = record.source;
  }
}

// Flags, time and length of most lines; and what a batch of one source takes beside its lines.
const [usualHeadBytes, usualSharedBytes] = [9, 4096];

/** About how many bytes the logs will be. */
export function lengthOfLogs(records: readonly ContainerRecord[]): number {
  let bytes = usualSharedBytes;
  for (const record of records)
    bytes += usualHeadBytes + (record instanceof LogRecord ? record.messageLength : 0);
  return bytes;
}

/** Reads `count` logs, as views on the bytes that they are read from. Throws `SpoolError`. */
export function readLogs(count: number, from: PayloadReader): ContainerRecord[] {
  const sources: LogSource[] = [];
  for (let left = from.uint32(); left > 0; left--) sources.push(sourceFrom(from.block()));
  const records: ContainerRecord[] = [];
  let source: LogSource | undefined;
  let second = '';
  while (records.length < count) {
    const flags = from.byte();
    if (flags & isPlain) {
      records.push(logFrom(from.json()));
      continue;
    }
    if (!(flags & isSameSource)) source = sources[from.uint32()];
    if (source === undefined) throw damaged('a line names a source that is not there');
    let time: string;
    if (flags & hasUnusualTime) time = from.text();
    else {
      if (!(flags & isSameSecond)) second = from.text();
      time = `${second}.${String(from.uint32()).padStart(9, '0')}Z`;
    }
    const ordinal = flags & isFirstOfItsTime ? 0 : from.uint32();
    const bytes = from.block();
    const line: Line = {
      time,
      ordinal,
      bytes,
      start: 0,
      end: bytes.length,
      truncated: (flags & isTruncated) !== 0,
      isTerminated: (flags & isUnterminated) === 0,
    };
    records.push(new LogRecord(source, line));
  }
  return records;
}

function sourcesOf(records: readonly ContainerRecord[]): Map<LogSource, number> {
  const sources = new Map<LogSource, number>();
  let last: LogSource | undefined;
  for (const record of records) {
    if (!(record instanceof LogRecord) || record.source === last) continue;
    last = record.source;
    if (!sources.has(last)) sources.set(last, sources.size);
  }
  return sources;
}

const secondLength = 19;
const usualSecond = /^[\x20-\x7e]{19}$/;
let cachedSecond = '';

/** The digits behind the point of `2026-11-21T19:10:15.334836550Z`; nothing where it is not written so. */
function nanosIn(time: string): number | undefined {
  if (time.length !== 30 || time[secondLength] !== '.' || time[29] !== 'Z') return undefined;
  let nanos = 0;
  for (let at = secondLength + 1; at < 29; at++) {
    const digit = time.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    nanos = nanos * 10 + digit;
  }
  if (cachedSecond !== '' && time.startsWith(cachedSecond)) return nanos;
  const second = time.slice(0, secondLength);
  if (!usualSecond.test(second)) return undefined;
  cachedSecond = second;
  return nanos;
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
