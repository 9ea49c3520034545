import { describe, expect, test } from '@jest/globals';
import type { ContainerStat } from '@tallyman/sdk';
import fc from 'fast-check';
import { SampleHistory } from '../src/sample-history.ts';
import { containerOf, statRecord, timeAt } from './records.ts';

function sampleAt(offsetMs: number, usageNanos: number, changes: Partial<ContainerStat> = {}) {
  const cpu = { usageNanos, onlineCpus: 1 };
  return statRecord({ time: timeAt(offsetMs), cpu, ...changes });
}

function usageGain(history: SampleHistory, stat: ContainerStat): number | undefined {
  history.note(stat);
  return history.window(stat).gains['cpu.usage_nanos'];
}

describe('a window', () => {
  test('has no gains in the first sample, and after that what the counter gained', () => {
    const history = new SampleHistory({ periodSeconds: 10 });

    expect(usageGain(history, sampleAt(0, 100))).toBeUndefined();
    expect(usageGain(history, sampleAt(10_000, 150))).toBe(50);
    expect(usageGain(history, sampleAt(20_000, 150))).toBe(0);
  });

  test('is the same however often it is asked for, also once later samples are known', () => {
    const history = new SampleHistory({ periodSeconds: 10 });
    const [first, second, third] = [sampleAt(0, 100), sampleAt(10_000, 150), sampleAt(20_000, 900)];
    for (const sample of [first, second, third]) history.note(sample);

    expect(usageGain(history, second)).toBe(50);
    history.settled(third);
    expect(usageGain(history, second)).toBe(50);
  });

  test('has no gains over a reset, nor over a restart that hides one', () => {
    const history = new SampleHistory({ periodSeconds: 10 });
    const restarted = { ...sampleAt(0, 0).state, startedAt: timeAt(15_000) };

    usageGain(history, sampleAt(0, 100));

    expect(usageGain(history, sampleAt(10_000, 60))).toBeUndefined();
    expect(usageGain(history, sampleAt(20_000, 90, { state: restarted }))).toBeUndefined();
    expect(usageGain(history, sampleAt(30_000, 95, { state: restarted }))).toBe(5);
  });

  test('of a second sample in the same slot reaches back to the slot before', () => {
    const history = new SampleHistory({ periodSeconds: 10 });
    usageGain(history, sampleAt(-2_000, 100));
    usageGain(history, sampleAt(1_000, 130));

    expect(usageGain(history, sampleAt(4_000, 170))).toBe(70);
  });

  test('adds up the log counts of its slot', () => {
    const history = new SampleHistory({ periodSeconds: 10 });
    const counts = (lines: number, oom: number) => ({
      logs: { lines, bytes: lines * 10, stderrLines: 0, matches: { oom } },
    });
    const samples = [sampleAt(0, 0, counts(5, 1)), sampleAt(4_000, 0, counts(7, 2))];
    for (const sample of samples) history.note(sample);

    const windows = samples.map((sample) => history.window(sample).logs);

    expect(windows).toMatchObject([
      { lines: 5, matches: { oom: 1 } },
      { lines: 12, bytes: 120, matches: { oom: 3 } },
    ]);
  });
});

test('gains are never negative, and together no more than the counter', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ stepMs: fc.integer({ min: 1, max: 25_000 }), usage: fc.nat() }), {
        maxLength: 60,
      }),
      (steps) => {
        const history = new SampleHistory({ periodSeconds: 10 });
        let offsetMs = 0;
        for (const { stepMs, usage } of steps) {
          offsetMs += stepMs;
          const gain = usageGain(history, sampleAt(offsetMs, usage));
          expect(gain ?? 0).toBeGreaterThanOrEqual(0);
          expect(gain ?? 0).toBeLessThanOrEqual(usage);
        }
      },
    ),
  );
});

test('the gains of a counter that only grows add up to its growth, whatever the slots', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ stepMs: fc.integer({ min: 1, max: 25_000 }), gain: fc.nat(1_000) }), {
        minLength: 1,
        maxLength: 60,
      }),
      (steps) => {
        const history = new SampleHistory({ periodSeconds: 10 });
        const bySlot = new Map<number, number>();
        let [offsetMs, usage, firstSlot, usageAfterFirstSlot] = [0, 0, Number.NaN, 0];
        for (const { stepMs, gain } of steps) {
          offsetMs += stepMs;
          usage += gain;
          const sample = sampleAt(offsetMs, usage);
          const slot = Math.floor(Date.parse(sample.time) / 10_000);
          if (Number.isNaN(firstSlot)) firstSlot = slot;
          if (slot === firstSlot) usageAfterFirstSlot = usage;
          bySlot.set(slot, usageGain(history, sample) ?? 0);
          history.settled(sample);
        }

        const total = [...bySlot.values()].reduce((sum, gain) => sum + gain, 0);
        expect(total).toBe(usage - usageAfterFirstSlot);
      },
    ),
  );
});

describe('memory', () => {
  test('is bounded for one container that is sampled for ever', () => {
    const history = new SampleHistory({ periodSeconds: 10 });

    for (let at = 0; at < 1_000; at++) {
      const sample = sampleAt(at * 10_000, at);
      history.note(sample);
      history.settled(sample);
    }

    expect(history.size).toBeLessThanOrEqual(3);
  });

  test('forgets containers that are gone', () => {
    const history = new SampleHistory({ periodSeconds: 10 });
    for (let at = 0; at < 2_000; at++)
      history.note(sampleAt(at * 10_000, at, { container: containerOf(`job-${at}`) }));

    expect(history.size).toBeLessThanOrEqual(361);
  });

  test('forgets those that were quiet longest where there are too many, and counts them', () => {
    let forgotten = 0;
    const onForgotten = (containers: number) => {
      forgotten += containers;
    };
    const history = new SampleHistory({ periodSeconds: 10, mostSamples: 100, onForgotten });

    for (let at = 0; at < 150; at++)
      history.note(sampleAt(0, at, { container: containerOf(`web-${at}`) }));
    for (let at = 0; at < 300; at++) history.note(sampleAt(at * 10, at));

    expect(history.size).toBeLessThanOrEqual(100);
    expect(forgotten).toBe(150);
  });
});
