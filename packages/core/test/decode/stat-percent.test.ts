import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cpuPercentOf, type StatSample, sampleFrom } from '../../src/decode/stat.ts';
import { millisecondsOf } from '../../src/decode/timestamp.ts';
import { engines } from './recorded.ts';
import { sampleIn, statsWith } from './samples.ts';

describe('the processor’s percentage', () => {
  test.each(engines)('%s: as docker stats, from two one-shot samples', async (engine) => {
    const first = await sampleIn(`${engine}/stats-running-first`);
    const second = await sampleIn(`${engine}/stats-running-second`);

    const percent = percentBetween(first, second);

    // One process that never rests; the other sleeps most of the time.
    expect(percent).toBeGreaterThan(85);
    expect(percent).toBeLessThan(115);
  });

  test('of Podman is measured against the wall clock', async () => {
    const first = await sampleIn('written/stats-podman-first');
    const second = await sampleIn('written/stats-podman-second');

    expect(percentBetween(first, second, true)).toBeCloseTo(12.5, 6);
    expect(
      percentBetween(first, await sampleIn('written/stats-podman-no-online-cpus'), true),
    ).toBeCloseTo(12.5, 6);
  });

  test('is measured against the wall clock where the engine does not tell the host’s time', () => {
    expect(percentOf({ usage: [0, 5e9], windowMs: 10_000 })).toBe(50);
  });

  test('is absent after a reset, and where no time passed', () => {
    expect(percentOf({ usage: [100, 99], system: [0, 100] })).toBeUndefined();
    expect(percentOf({ usage: [1, 2], system: [100, 100], windowMs: 0 })).toBeUndefined();
  });

  test('is 0 where nothing was used', () => {
    expect(percentOf({ usage: [7, 7], system: [0, 100] })).toBe(0);
  });
});

describe('any counters', () => {
  const counter = fc.oneof(
    fc.nat(),
    fc.nat().map((n) => n * 2 ** 32),
    fc.constant(2 ** 64 - 1),
  );
  const maybe = (value: fc.Arbitrary<unknown>) =>
    fc.oneof(
      { weight: 5, arbitrary: value },
      fc.constantFrom<unknown>(undefined, null, 'x', [], {}),
    );
  const stats = fc.record({
    read: fc.constant('2026-01-01T00:00:00Z'),
    cpu_stats: fc.record({
      cpu_usage: maybe(
        fc.record({ total_usage: maybe(counter), percpu_usage: maybe(fc.array(counter)) }),
      ),
      system_cpu_usage: maybe(counter),
      online_cpus: maybe(fc.nat(256)),
      throttling_data: maybe(fc.record({ throttled_time: maybe(counter) })),
    }),
    memory_stats: fc.record({
      usage: maybe(counter),
      limit: maybe(counter),
      stats: maybe(
        fc.record({ inactive_file: maybe(counter), total_inactive_file: maybe(counter) }),
      ),
    }),
    networks: maybe(fc.dictionary(fc.string(), maybe(fc.record({ rx_bytes: maybe(counter) })))),
    blkio_stats: maybe(
      fc.record({
        io_service_bytes_recursive: maybe(
          fc.array(
            maybe(
              fc.record({ op: maybe(fc.constantFrom('Read', 'write')), value: maybe(counter) }),
            ),
          ),
        ),
      }),
    ),
    pids_stats: maybe(fc.record({ current: maybe(counter), limit: maybe(counter) })),
  });

  test('give finite numbers that are not negative, and a working set within the usage', () => {
    fc.assert(
      fc.property(
        stats,
        stats,
        fc.integer({ min: 0, max: 60_000 }),
        fc.boolean(),
        (a, b, windowMs, isPodman) => {
          const [previous, current] = [sampleFrom(a), sampleFrom(b)];
          if (previous === undefined || current === undefined) return;

          const percent = cpuPercentOf(previous, current, { windowMs, isPodman });

          for (const value of [...numbersIn(current), ...(percent === undefined ? [] : [percent])])
            expect(Number.isFinite(value) && value >= 0).toBe(true);
          expect(current.memory.workingSetBytes).toBeLessThanOrEqual(current.memory.usageBytes);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('that fit together give no more than all cores', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 128 }),
        (used, others, usage, system, cpus) => {
          const percent = percentOf({
            usage: [usage, usage + used],
            system: [system, system + used + others],
            cpus,
          });

          expect(percent ?? 0).toBeLessThanOrEqual(cpus * 100 + 1e-6);
        },
      ),
    );
  });
});

function percentBetween(previous: StatSample, current: StatSample, isPodman = false) {
  const windowMs = millisecondsOf(current.readAt) - millisecondsOf(previous.readAt);
  return cpuPercentOf(previous, current, { windowMs, isPodman });
}

function percentOf({
  usage,
  system,
  cpus = 1,
  windowMs = 1_000,
}: {
  readonly usage: readonly [number, number];
  readonly system?: readonly [number, number];
  readonly cpus?: number;
  readonly windowMs?: number;
}): number | undefined {
  const [previous, current] = usage.map((total_usage, index) =>
    sampleFrom(
      statsWith({
        cpu_stats: {
          cpu_usage: { total_usage },
          online_cpus: cpus,
          system_cpu_usage: system?.[index],
        },
      }),
    ),
  );
  if (previous === undefined || current === undefined) throw new Error('no samples');
  return cpuPercentOf(previous, current, { windowMs, isPodman: false });
}

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
