import { expect, test } from '@jest/globals';
import { instantOf } from '../../src/decode/instant.ts';
import type { Line } from '../../src/decode/lines.ts';
import { RecentLines } from '../../src/decode/repeats.ts';
import { timeAt } from './bytes.ts';

const line = (nanos: number, ordinal = 0, text = `text ${nanos}.${ordinal}`): Line => {
  const bytes = Buffer.from(text);
  const { seconds } = instantOf(timeAt(0));
  const at = { seconds: seconds + Math.floor(nanos / 1e9), nanos: nanos % 1e9 };
  const facts = { ...at, ordinal, truncated: false, isTerminated: true };
  return { ...facts, bytes, start: 0, end: bytes.length };
};

test('recognises a block of lines that comes again, and nothing else', () => {
  const recent = new RecentLines();
  const first = [1, 2, 3, 4, 5].map((nanos) => recent.isRepeated(line(nanos)));

  const again = [3, 4, 5].map((nanos) => recent.isRepeated(line(nanos)));
  const goesOn = recent.isRepeated(line(6));

  expect(first).toEqual([false, false, false, false, false]);
  expect(again).toEqual([true, true, true]);
  expect(goesOn).toBe(false);
});

test('lets lines of equal time pass, and older ones that were not seen', () => {
  const recent = new RecentLines();

  const seen = [line(5), line(5, 1), line(4), line(5, 1)].map((each) => recent.isRepeated(each));

  expect(seen).toEqual([false, false, false, true]);
});

test('recognises the last line that comes again at once: there are no two of one nanosecond and one text', () => {
  const recent = new RecentLines();
  recent.isRepeated(line(1));
  recent.isRepeated(line(2, 0, 'same'));
  recent.rest();

  expect(recent.isRepeated(line(2, 1, 'same'))).toBe(true);
  expect(recent.isRepeated(line(2, 1, 'other'))).toBe(false);
  expect(recent.isRepeated(line(3, 0, 'other'))).toBe(false);
});

test('recognises the last pieces of a long line that come again, and takes no short line for such', () => {
  const recent = new RecentLines();
  recent.isRepeated(line(1, 0, `${'a'.repeat(16_384)}tail`));
  expect(recent.isRepeated(line(1, 2, 'tail'))).toBe(true);

  recent.isRepeated(line(2, 0, 'a tail'));
  expect(recent.isRepeated(line(2, 1, 'tail'))).toBe(false);
});

test('remembers all lines of the last second of a busy log', () => {
  const recent = new RecentLines();
  const lines = Array.from({ length: 3_000 }, (_, n) => line(n * 300_000));
  for (const each of lines) recent.isRepeated(each);

  expect(lines.every((each) => recent.isRepeated(each))).toBe(true);
});

test('forgets what is long ago', () => {
  const recent = new RecentLines();
  const lines = Array.from({ length: 2_000 }, (_, n) => line(n * 100_000_000));
  for (const each of lines) recent.isRepeated(each);

  expect(recent.isRepeated(lines[1_999] as Line)).toBe(true);
  expect(recent.isRepeated(lines[3] as Line)).toBe(false);
});

test('remembers no more than its bound, however much comes within a second', () => {
  const recent = new RecentLines();
  const lines = Array.from({ length: 20_000 }, (_, nanos) => line(nanos));
  for (const each of lines) recent.isRepeated(each);

  expect(recent.isRepeated(lines[19_000] as Line)).toBe(true);
  expect(recent.isRepeated(lines[3] as Line)).toBe(false);
});
