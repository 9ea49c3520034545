import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { v1Figures, v1Files } from '../../src/decode/cgroup-v1.ts';
import { v2Figures, v2Files } from '../../src/decode/cgroup-v2.ts';
import { sampleFrom } from '../../src/decode/stat.ts';
import { v1TextsOf, v2TextsOf, type Written } from './cgroup-texts.ts';

const hostMemoryBytes = 25_276_502_016;
const count = fc.integer({ min: 0, max: 2 ** 40 });
const some = fc.integer({ min: 1, max: 2 ** 30 });
const written: fc.Arbitrary<Written> = fc.record({
  usageMicros: count,
  userTicks: some,
  systemTicks: some,
  throttledPeriods: count,
  throttledMicros: count,
  usageBytes: some,
  limitBytes: fc.option(some, { nil: undefined }),
  inactiveBytes: count,
  rssBytes: count,
  cacheBytes: count,
  failures: fc.nat(),
  pids: some,
  pidsLimit: fc.option(some, { nil: undefined }),
  devices: fc.array(fc.tuple(count, count, some, some), { maxLength: 3 }),
});

function isInRange(figure: unknown): boolean {
  return typeof figure === 'number' && Number.isFinite(figure) && figure >= 0;
}

/** The engine's answer for the same container, with the zeros that it leaves out left out. */
function answerOf(figures: Written, version: 1 | 2): unknown {
  const { devices } = figures;
  const [reads, writes] = version === 1 ? ['Read', 'Write'] : ['read', 'write'];
  const entries = (of: (device: Written['devices'][number]) => readonly [number, number]) =>
    devices.flatMap((device) => [
      { op: reads, value: of(device)[0] },
      { op: writes, value: of(device)[1] },
    ]);
  const { rssBytes, cacheBytes, inactiveBytes } = figures;
  return {
    read: '2026-11-22T05:00:00.123456789Z',
    cpu_stats: {
      cpu_usage: {
        total_usage: figures.usageMicros * 1_000,
        usage_in_usermode: figures.userTicks * 1e7,
        usage_in_kernelmode: figures.systemTicks * 1e7,
      },
      throttling_data: {
        throttled_periods: figures.throttledPeriods,
        throttled_time: figures.throttledMicros * 1_000,
      },
      online_cpus: 2,
    },
    memory_stats: {
      usage: figures.usageBytes,
      stats:
        version === 1
          ? { total_rss: rssBytes, total_cache: cacheBytes, total_inactive_file: inactiveBytes }
          : { anon: rssBytes, file: cacheBytes, inactive_file: inactiveBytes },
      ...(figures.failures > 0 && { failcnt: figures.failures }),
      limit: Math.min(figures.limitBytes ?? Number.POSITIVE_INFINITY, hostMemoryBytes),
    },
    blkio_stats: {
      io_service_bytes_recursive: entries(([read, write]) => [read, write]),
      io_serviced_recursive: entries(([, , read, write]) => [read, write]),
    },
    pids_stats: {
      current: figures.pids,
      ...(figures.pidsLimit !== undefined && { limit: figures.pidsLimit }),
    },
  };
}

describe('the files of a control group', () => {
  test.each([
    [1, (figures: Written) => v1Figures(v1TextsOf(figures), { hostMemoryBytes })],
    [2, (figures: Written) => v2Figures(v2TextsOf(figures), { hostMemoryBytes })],
  ] as const)('of v%i say what the engine says of them', (version, read) => {
    fc.assert(
      fc.property(written, (figures) => {
        const { cpu, memory, blockIo, pids } = sampleFrom(answerOf(figures, version)) ?? {};
        const { onlineCpus, ...times } = cpu ?? {};

        expect(read(figures)).toEqual({
          cpu: times,
          memory,
          ...(blockIo && { blockIo }),
          pids,
        });
        expect(onlineCpus).toBe(2);
      }),
    );
  });

  test.each([
    ['v1', v1Figures, Object.values(v1Files).flat()],
    ['v2', v2Figures, v2Files],
  ] as const)(
    'of %s may hold anything: then there are figures in range, or none',
    (_, read, names) => {
      const texts = fc.oneof(
        fc.string(),
        fc.constantFrom('max\n', '', '-1', '1e3', '18446744073709551615', '8:0\n', '8:0 Read x'),
        fc.nat().map(String),
        fc
          .array(fc.tuple(fc.string(), fc.bigInt()).map((pair) => pair.join(' ')))
          .map((l) => l.join('\n')),
      );
      const files = fc.record(Object.fromEntries(names.map((name) => [name, texts])), {
        requiredKeys: [],
      });
      fc.assert(
        fc.property(files, fc.option(fc.nat(), { nil: undefined }), (given, hostBytes) => {
          const figures = read(given, { hostMemoryBytes: hostBytes });
          const numbers = Object.values(figures ?? {}).flatMap(Object.values<unknown>);
          expect(numbers.every(isInRange)).toBe(true);
        }),
      );
    },
  );

  const usual: Written = {
    usageMicros: 1,
    userTicks: 1,
    systemTicks: 1,
    throttledPeriods: 0,
    throttledMicros: 0,
    usageBytes: 1_000,
    limitBytes: undefined,
    inactiveBytes: 100,
    rssBytes: 1,
    cacheBytes: 1,
    failures: 0,
    pids: 1,
    pidsLimit: undefined,
    devices: [[1, 2, 3, 4]],
  };

  test('that are not there leave their figures out: a controller may be off', () => {
    const v1 = { ...v1TextsOf(usual), 'pids.current': undefined, 'cpu.stat': undefined };
    const { 'io.stat': _, 'pids.current': __, ...v2 } = v2TextsOf(usual);
    const bare = { ...v2, 'cpu.stat': 'usage_usec 5\nuser_usec 3\nsystem_usec 2\n' };

    const { 'pids.current': _p, 'cpu.stat': _c, ...present } = v1;
    expect(v1Figures(present, { hostMemoryBytes })).toEqual({
      cpu: { usageNanos: 1_000, userNanos: 1e7, systemNanos: 1e7 },
      memory: expect.objectContaining({ usageBytes: 1_000, workingSetBytes: 900 }),
      blockIo: { readBytes: 1, writeBytes: 2, readOps: 3, writeOps: 4 },
    });
    expect(v2Figures(bare, { hostMemoryBytes })).toEqual({
      cpu: { usageNanos: 5_000, userNanos: 3_000, systemNanos: 2_000 },
      memory: expect.objectContaining({ usageBytes: 1_000, workingSetBytes: 900 }),
    });
  });

  test('without memory or CPU time are no sample', () => {
    const { 'memory.usage_in_bytes': _, ...v1 } = v1TextsOf(usual);
    const { 'memory.current': __, ...v2 } = v2TextsOf(usual);

    expect(v1Figures(v1, { hostMemoryBytes })).toBeUndefined();
    expect(v2Figures(v2, { hostMemoryBytes })).toBeUndefined();
    expect(v2Figures({ ...v2TextsOf(usual), 'cpu.stat': '' }, { hostMemoryBytes })).toBeUndefined();
  });

  test('of v1 give block I/O of the scheduler where that counts it', () => {
    const texts = {
      ...v1TextsOf(usual),
      'blkio.io_service_bytes_recursive': '8:0 Read 50\n8:0 Write 60\nTotal 110\n',
      'blkio.io_serviced_recursive': '8:0 Read 5\n8:0 Write 6\nTotal 11\n',
    };
    const unused = { ...texts, 'blkio.io_service_bytes_recursive': 'Total 0\n' };

    expect(v1Figures(texts, { hostMemoryBytes })?.blockIo).toEqual({
      readBytes: 50,
      writeBytes: 60,
      readOps: 5,
      writeOps: 6,
    });
    expect(v1Figures(unused, { hostMemoryBytes })?.blockIo).toMatchObject({ readBytes: 1 });
  });

  test('with an unlimited memory say the host’s, and nothing where that is not known', () => {
    const limitOf = (hostBytes: number | undefined) =>
      v2Figures(v2TextsOf(usual), { hostMemoryBytes: hostBytes })?.memory.limitBytes;

    expect(limitOf(hostMemoryBytes)).toBe(hostMemoryBytes);
    expect(limitOf(undefined)).toBeUndefined();
  });
});
