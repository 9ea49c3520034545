import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instantOf, isLater, timeOf } from '../../src/decode/instant.ts';
import { StampReader } from '../../src/decode/stamp.ts';
import {
  earlier,
  millisecondsOf,
  nanosOf,
  normalisedTime,
  sinceOf,
  timeOfNanos,
} from '../../src/decode/timestamp.ts';

// 1970 to 2262, where Go's int64 of nanoseconds ends.
const anyNanos = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

describe('times', () => {
  test.each([
    ['2026-11-21T19:10:15.334836550Z', '2026-11-21T19:10:15.334836550Z'],
    ['2026-11-21T19:10:15.33Z', '2026-11-21T19:10:15.330000000Z'],
    ['2026-11-21T19:10:15Z', '2026-11-21T19:10:15.000000000Z'],
    ['2026-11-21T19:10:15.123456789+02:00', '2026-11-21T17:10:15.123456789Z'],
    ['2026-01-01T00:30:00.5+01:30', '2025-12-31T23:00:00.500000000Z'],
    ['2026-11-21T19:10:15-05:00', '2026-11-22T00:10:15.000000000Z'],
  ])('%s is %s', (text, time) => {
    expect(normalisedTime(text)).toBe(time);
  });

  test.each([
    '',
    'yesterday',
    '2026-11-21',
    '2026-11-21 19:10:15Z',
    '2026-11-21T19:10:15',
    '2026-11-21T19:10:15.1234567890Z',
    '2026-21-21T19:10:15Z',
    '2026-11-21T29:10:15.5+01:00',
  ])('%j is none', (text) => {
    expect(normalisedTime(text)).toBeUndefined();
  });

  test('survive being counted in nanoseconds, seconds and milliseconds', () => {
    fc.assert(
      fc.property(anyNanos, (nanos) => {
        const time = timeOfNanos(nanos);
        const [seconds, fraction] = sinceOf(time).split('.');

        expect(BigInt(nanosOf(time))).toBe(nanos);
        expect(`${seconds}${fraction}`).toBe(nanosOf(time));
        expect(fraction).toHaveLength(9);
        expect(BigInt(millisecondsOf(time))).toBe(nanos / 1_000_000n);
        expect(normalisedTime(time)).toBe(time);
      }),
    );
  });

  test('are ordered as their texts are', () => {
    fc.assert(
      fc.property(anyNanos, anyNanos, (a, b) => {
        expect(timeOfNanos(a) < timeOfNanos(b)).toBe(a < b);
      }),
    );
  });

  test('are moved to the nanosecond', () => {
    expect(earlier('2026-01-01T00:00:00.000000000Z', 5_000)).toBe('2025-12-31T23:59:55.000000000Z');
    expect(earlier('2026-01-01T00:00:00.000000000Z', 1e-6)).toBe('2025-12-31T23:59:59.999999999Z');
    expect(earlier('2026-01-01T00:00:00.999999999Z', -1e-6)).toBe('2026-01-01T00:00:01.000000000Z');
  });
});

describe('a stamp at the front of a piece', () => {
  const stampOf = (text: string) => {
    const bytes = Buffer.from(`..${text}`);
    const stamp = new StampReader();
    const isRead = stamp.read(bytes, 2, bytes.length);
    return isRead ? [timeOf(stamp), bytes.toString('utf8', stamp.payloadStart)] : undefined;
  };

  test.each([
    ['2026-11-21T19:10:15.334836550Z line', '2026-11-21T19:10:15.334836550Z', 'line'],
    [
      '2026-11-21T19:10:15.334836550Z  two  spaces',
      '2026-11-21T19:10:15.334836550Z',
      ' two  spaces',
    ],
    ['2026-11-21T19:10:15.3Z line', '2026-11-21T19:10:15.300000000Z', 'line'],
    ['2026-11-21T21:10:15.334836550+02:00 line', '2026-11-21T19:10:15.334836550Z', 'line'],
    ['2026-11-21T19:10:15Z ', '2026-11-21T19:10:15.000000000Z', ''],
  ])('%j is read', (text, time, payload) => {
    expect(stampOf(text)).toEqual([time, payload]);
  });

  test.each([
    '',
    'line',
    'a line with spaces',
    '2026-11-21T19:10:15.334836550Z',
    '2026-13-21T19:10:15.334836550Z line',
    '2026-11-21T19:10:15.33483655xZ line',
  ])('%j has none', (text) => {
    expect(stampOf(text)).toBeUndefined();
  });

  test('reads one after the other as each by itself', () => {
    const together = new StampReader();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(999_999_999))), (moments) => {
        for (const [seconds, nanos] of moments) {
          const time = timeOf({ seconds: 1_795_288_215 + seconds, nanos });
          const bytes = Buffer.from(`${time} line`);

          expect(together.read(bytes, 0, bytes.length)).toBe(true);
          expect(timeOf(together)).toBe(time);
          expect(together.payloadStart).toBe(31);
        }
      }),
    );
  });
});

describe('moments', () => {
  test('are ordered, and written, as their texts are', () => {
    fc.assert(
      fc.property(anyNanos, anyNanos, (a, b) => {
        const [one, other] = [timeOfNanos(a), timeOfNanos(b)];

        expect(timeOf(instantOf(one))).toBe(one);
        expect(isLater(instantOf(one), instantOf(other))).toBe(one > other);
      }),
    );
  });
});
