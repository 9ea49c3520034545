import { describe, expect, test } from '@jest/globals';
import { faultKinds } from '../../src/inject/kinds.ts';
import { scheduled, tracksOf } from '../../src/inject/schedule.ts';
import { Random } from '../../src/random.ts';

const tracks = tracksOf({ tall: 'tcp', small: 'tcp', posted: 'http' }, ['0', '1', '2']);
const tenMinutes = { tracks, kinds: faultKinds, lengthMs: 600_000, spacing: 1 };

describe('the schedule', () => {
  test('is the same for the same seed, and another for another', () => {
    const [one, same, other] = [1, 1, 2].map((seed) => scheduled(new Random(seed), tenMinutes));

    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test.each([1, 2, 3, 4, 5])(
    'of ten minutes has every kind and 60 faults and more, seed %s',
    (seed) => {
      const faults = scheduled(new Random(seed), tenMinutes).flat();

      expect(faults.length).toBeGreaterThanOrEqual(60);
      expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(faultKinds));
      expect(new Set(faults.map(({ number }) => number)).size).toBe(faults.length);
    },
  );

  test('has only the kinds that were asked for', () => {
    const kinds = ['agent-kill', 'receiver-503'] as const;

    const faults = scheduled(new Random(7), { ...tenMinutes, kinds }).flat();

    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(kinds));
    expect(
      faults.filter(({ kind, target }) => kind === 'receiver-503' && target !== 'posted'),
    ).toEqual([]);
  });

  test('lets the faults of one track follow each other, within its length', () => {
    for (const track of scheduled(new Random(9), tenMinutes))
      for (const [at, fault] of track.entries()) {
        const previous = track[at - 1];
        expect(fault.atMs).toBeLessThan(600_000);
        if (previous) expect(fault.atMs).toBeGreaterThan(previous.atMs + previous.durationMs);
      }
  });
});
