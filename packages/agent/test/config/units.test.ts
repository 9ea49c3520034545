import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { editDistance, nearest } from '../../src/config/nearest.ts';
import {
  durationFix,
  durationMs,
  durationText,
  sizeBytes,
  sizeFix,
  sizeText,
} from '../../src/config/units.ts';

test.each([
  ['250ms', 250],
  ['1.5s', 1_500],
  ['0s', 0],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
])('the duration %s is %i ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each([
  ['512B', 512],
  ['1kB', 1_000],
  ['1.5MB', 1_500_000],
  ['1GB', 1e9],
  ['1KiB', 1_024],
  ['64MiB', 67_108_864],
  ['2GiB', 2_147_483_648],
])('the size %s is %i bytes', (text, bytes) => {
  expect(sizeBytes(text)).toBe(bytes);
});

test.each(['', '10', 's', '10 s', '-1s', '1e3s', '1h30m', '10S', '9999999999999d', '1toString'])(
  'no duration: %j',
  (text) => {
    expect(durationMs(text)).toBeUndefined();
  },
);

test('every amount is written so that it is read back', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 45 }), (amount) => {
      expect(durationMs(durationText(amount))).toBe(amount);
      expect(sizeBytes(sizeText(amount))).toBe(amount);
    }),
  );
});

describe('the fix for what is no duration or size', () => {
  test.each([
    [durationFix('10'), 'write 10s'],
    [durationFix('5000'), 'write 5000ms'],
    [durationFix('10 s'), 'write 10s'],
    [durationFix('5min'), 'write 5m'],
    [durationFix('3 Days'), 'write 3d'],
    [durationFix('1h30m'), 'write one number and its unit, such as 10s'],
    [durationFix('soon'), 'write one number and its unit, such as 10s'],
    [sizeFix('64'), 'write 64MiB'],
    [sizeFix('1048576'), 'write 1048576B'],
    [sizeFix('64M'), 'write 64MiB'],
    [sizeFix('10mb'), 'write 10MB'],
    [sizeFix('10kb'), 'write 10kB'],
  ])('%s', (said, expected) => {
    expect(said.replace(/ \(units.*/, '')).toBe(expected);
  });
});

describe('what was probably meant', () => {
  test.each([
    ['intervall', 'interval'],
    ['maxRecords', 'max_records'],
    ['sinsk', 'sinks'],
    ['Stdout', 'stdout'],
  ])('%s → %s', (word, meant) => {
    expect(nearest(word, ['enabled', 'interval', 'max_records', 'sinks', 'stdout'])).toBe(meant);
  });

  test('is not said where nothing is near', () => {
    expect(nearest('color', ['interval', 'reader'])).toBeUndefined();
    expect(nearest('x', [])).toBeUndefined();
  });

  test('counts one edit as one', () => {
    expect(editDistance('kinds', 'kinds')).toBe(0);
    expect(editDistance('kinds', 'kindss')).toBe(1);
    expect(editDistance('kinds', 'knids')).toBe(1);
    expect(editDistance('kinds', '')).toBe(5);
  });
});
