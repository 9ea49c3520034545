import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instantOf } from '../../src/decode/instant.ts';
import type { Line } from '../../src/decode/lines.ts';
import { LogRecord, LogSource } from '../../src/decode/log.ts';
import { LogColumns } from '../../src/decode/log-columns.ts';
import { weightOf } from '../../src/decode/weight.ts';

const origin = { host: 'h', container: { id: 'a'.repeat(64), name: 'n', image: 'i' }, fields: {} };
const sources = [new LogSource(origin, 'stdout'), new LogSource(origin, 'stderr')] as const;
const at = instantOf('2026-11-22T07:00:00.000000001Z');

const anyLine = fc.record({
  isStderr: fc.boolean(),
  seconds: fc.integer({ min: 0, max: 2_000_000_000 }),
  nanos: fc.integer({ min: 0, max: 999_999_999 }),
  ordinal: fc.nat(),
  text: fc.oneof(
    fc.string(),
    fc.integer({ min: 16_000, max: 40_000 }).map((length) => '.'.repeat(length)),
  ),
  truncated: fc.boolean(),
  isTerminated: fc.boolean(),
});
type AnyLine = ReturnType<typeof anyLine.generate>['value'];

const sourceOf = ({ isStderr }: AnyLine) => sources[isStderr ? 1 : 0];

/** The line in the middle of other bytes. */
function lineOf({ text, seconds, nanos, ordinal, truncated, isTerminated }: AnyLine): Line {
  const bytes = Buffer.from(`<<${text}>>`);
  const facts = { seconds, nanos, ordinal, truncated, isTerminated };
  return { ...facts, bytes, start: 2, end: bytes.length - 2 };
}

const seen = (record: LogRecord | undefined) =>
  record && [JSON.stringify(record), record.isTerminated, record.ordinal, weightOf(record)];

test('lines come back as the records that they would be, though others are added in between and their bytes change', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), anyLine), { maxLength: 60 }), (added) => {
      const columns = [new LogColumns(0), new LogColumns(100)] as const;
      const expected: LogRecord[][] = [[], []];

      for (const [isSecond, each] of added) {
        const [line, own] = [lineOf(each), lineOf(each)];
        columns[isSecond ? 1 : 0].add(sourceOf(each), line);
        expected[isSecond ? 1 : 0]?.push(new LogRecord(sourceOf(each), own));
        line.bytes.fill('#');
      }
      const lines = columns.map((each) => each.lines());

      for (const [index, read] of lines.entries()) {
        const records = expected[index] ?? [];
        expect(Array.from(read, seen)).toEqual(records.map(seen));
        expect(records.map((_, row) => read.weightAt(row))).toEqual(records.map(weightOf));
        expect(records.map((_, row) => read.lengthAt(row))).toEqual(
          records.map(({ messageLength }) => messageLength),
        );
        expect(records.map((_, row) => read.isStderrAt(row))).toEqual(
          records.map(({ stream }) => stream === 'stderr'),
        );
        expect(seen(read.at(-1))).toEqual(seen(records.at(-1)));
        expect(read.at(read.length)).toBeUndefined();
      }
    }),
    { numRuns: 300 },
  );
});

test('a slice of a slice is what it is of an array', () => {
  const columns = new LogColumns(0);
  for (let ordinal = 0; ordinal < 20; ordinal++) {
    const bytes = Buffer.from('line');
    const facts = { ...at, ordinal, truncated: false, isTerminated: true };
    columns.add(sources[0], { ...facts, bytes, start: 0, end: bytes.length });
  }
  const lines = columns.lines();
  const all = Array.from(lines, ({ ordinal }) => ordinal);
  const place = fc.nat({ max: 25 });

  fc.assert(
    fc.property(place, place, place, place, (from, to, then, until) => {
      const slice = lines.slice(from, to).slice(then, until);

      expect(Array.from(slice, ({ ordinal }) => ordinal)).toEqual(
        all.slice(from, to).slice(then, until),
      );
      expect(slice.at(0)?.ordinal).toBe(all.slice(from, to).slice(then, until)[0]);
    }),
  );
});

test('a line whose time is too far from the first is not taken', () => {
  const columns = new LogColumns(0);
  const line = lineOf({
    isStderr: false,
    seconds: 1_700_000_000,
    nanos: 0,
    ordinal: 0,
    text: 'first',
    truncated: false,
    isTerminated: true,
  });

  const isFirstTaken = columns.takes({ seconds: -62_000_000_000, nanos: 0 });
  columns.add(sources[0], line);

  expect(isFirstTaken).toBe(true);
  expect(columns.takes({ seconds: 1_700_000_000 - 2 ** 31, nanos: 0 })).toBe(false);
  expect(columns.takes({ seconds: 1_700_000_000 + 2 ** 31 - 1, nanos: 0 })).toBe(true);
});
