import { isDeepStrictEqual } from 'node:util';
import type { LogMark } from '../decode/mark.ts';
import type { LogPosition } from '../decode/resume.ts';

/** Where one mark lies as seen from another one of the same log. */
export type MarkOrder = 'further' | 'same' | 'behind' | 'unknown';

/**
 * Compares two marks of one log. A log's times run backwards now and then, but the youngest line that each
 * stream has handed on never gets older along the log. Where these are equal, the last line decides, if it
 * can; `unknown` where nothing does.
 */
export function markOrder(mark: LogMark, other: LogMark): MarkOrder {
  if (isSamePlace(mark, other)) return 'same';
  const byAge = orderByAge(mark.position, other.position);
  return byAge === 'same' ? orderByLine(mark, other) : byAge;
}

function isSamePlace(mark: LogMark, other: LogMark): boolean {
  return mark.ended === other.ended && isDeepStrictEqual(mark.position, other.position);
}

function orderByAge(mark: LogPosition | undefined, other: LogPosition | undefined): MarkOrder {
  const [times, otherTimes] = [youngestOf(mark), youngestOf(other)];
  const orders = [...new Set([...times.keys(), ...otherTimes.keys()])].map((stream) =>
    orderOf(times.get(stream) ?? '', otherTimes.get(stream) ?? ''),
  );
  const [isFurther, isBehind] = [orders.includes('further'), orders.includes('behind')];
  if (isFurther && isBehind) return 'unknown';
  if (isFurther) return 'further';
  return isBehind ? 'behind' : 'same';
}

function youngestOf(position: LogPosition | undefined): ReadonlyMap<string, string> {
  return new Map(position?.youngest.map(({ stream, time }) => [stream, time]));
}

function orderByLine(mark: LogMark, other: LogMark): MarkOrder {
  const [line, otherLine] = [mark.position?.after, other.position?.after];
  if (isDeepStrictEqual(mark.position, other.position))
    return orderOf(mark.ended ?? '', other.ended ?? '');
  if (line === undefined || otherLine === undefined) return 'unknown';
  if (line.stream !== otherLine.stream || line.time !== otherLine.time) return 'unknown';
  return line.ordinal === otherLine.ordinal ? 'unknown' : orderOf(line.ordinal, otherLine.ordinal);
}

function orderOf<T extends string | number>(one: T, other: T): MarkOrder {
  if (one === other) return 'same';
  return one > other ? 'further' : 'behind';
}
