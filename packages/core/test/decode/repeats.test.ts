import { expect, test } from '@jest/globals';
import { RecentLines } from '../../src/decode/repeats.ts';
import { timeAt } from './bytes.ts';

const line = (nanos: number, ordinal = 0) => ({ time: timeAt(nanos), ordinal });

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

test('forgets what is long ago', () => {
  const recent = new RecentLines();
  for (let nanos = 0; nanos < 2_000; nanos++) recent.isRepeated(line(nanos));

  expect(recent.isRepeated(line(1_999))).toBe(true);
  expect(recent.isRepeated(line(3))).toBe(false);
});
