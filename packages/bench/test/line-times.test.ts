import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LineTimes, type TimesOfLine } from '../src/line-times.ts';

const engineTime = '2026-01-02T03:04:05.123456789Z';
const line = (message: string) =>
  `TOKEN {"kind":"log","time":"${engineTime}","message":"${message}"}\n`;

function timesIn(chunks: readonly Buffer[]): TimesOfLine[] {
  const found: TimesOfLine[] = [];
  const times = new LineTimes((each) => found.push(each));
  for (const chunk of chunks) times.take(chunk);
  return found;
}

describe('times of lines', () => {
  test("are the engine's, and the line's own where it has one, finer than a millisecond", () => {
    const [plain, timed] = timesIn([
      Buffer.from(line('hello') + line('at=1767323045.123456 hello')),
    ]);

    const readMs = Date.UTC(2026, 0, 2, 3, 4, 5) + 123.456789;
    expect(plain?.readMs).toBeCloseTo(readMs, 3);
    expect(plain?.printedMs).toBeUndefined();
    expect(timed?.printedMs).toBeCloseTo(1_767_323_045_123.456, 3);
  });

  test('are found wherever the bytes are cut', () => {
    const bytes = Buffer.from(line('a') + line('at=1767323045.123456 b') + line('c'));
    const whole = timesIn([bytes]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length })), (cuts) => {
        const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));

        expect(timesIn(chunks)).toEqual(whole);
      }),
    );
  });

  test('of a line without its end are none', () => {
    expect(timesIn([Buffer.from(line('a').trimEnd())])).toEqual([]);
  });
});
