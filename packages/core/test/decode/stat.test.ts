import { describe, expect, test } from '@jest/globals';
import { sampleFrom } from '../../src/decode/stat.ts';
import { engines, recordedJson } from './recorded.ts';
import { sampleIn, statsWith } from './samples.ts';

describe('a sample of an engine', () => {
  test.each(engines)('%s with cgroup v1: limits, throttling, network', async (engine) => {
    const sample = await sampleIn(`${engine}/stats-limited`);

    expect(sample).toMatchObject({
      readAt: expect.stringMatching(/^2026-11-21T\d\d:\d\d:\d\d\.\d{9}Z$/),
      cpu: {
        onlineCpus: 2,
        userNanos: expect.any(Number),
        throttledPeriods: expect.any(Number),
        throttledNanos: expect.any(Number),
      },
      memory: { limitBytes: 33_554_432, cacheBytes: 0, rssBytes: expect.any(Number) },
      network: { rxBytes: expect.any(Number), interfaces: { eth0: { rxErrors: 0 } } },
      pids: { current: 1, limit: 64 },
    });
    // It moved nothing: the engine says so with empty lists.
    expect(sample).not.toHaveProperty('blockIo');
  });

  test('with cgroup v2: the inactive file cache is no working set, 2^64-1 is no limit', async () => {
    const sample = await sampleIn('written/stats-cgroup-v2');

    expect(sample.memory).toEqual({
      usageBytes: 52_428_800,
      workingSetBytes: 52_428_800 - 6_291_456,
      rssBytes: 41_943_040,
      cacheBytes: 8_388_608,
      limitBytes: 268_435_456,
      percent: ((52_428_800 - 6_291_456) / 268_435_456) * 100,
    });
    expect(sample.pids).toEqual({ current: 7 });
    expect(sample.blockIo).toEqual({ readBytes: 1_048_576, writeBytes: 4_096 });
  });

  test('of Podman: no cores said means those there are, and at least one', async () => {
    expect((await sampleIn('written/stats-podman-first')).cpu.onlineCpus).toBe(4);
    expect((await sampleIn('written/stats-podman-no-online-cpus')).cpu.onlineCpus).toBe(1);
    expect(
      sampleFrom(
        statsWith({ cpu_stats: { cpu_usage: { total_usage: 1, percpu_usage: [1, 2, 3] } } }),
      )?.cpu.onlineCpus,
    ).toBe(3);
  });

  test.each(engines)('%s without a network of its own has none', async (engine) => {
    expect(await sampleIn(`${engine}/stats-host-network`)).not.toHaveProperty('network');
  });

  test.each(engines)('%s of a stopped container is none', async (engine) => {
    expect(sampleFrom(await recordedJson(`${engine}/stats-stopped`))).toBeUndefined();
  });

  test.each([[undefined], [null], ['text'], [[]], [{}], [{ read: 'yesterday' }]])(
    '%j is none',
    (answer) => {
      expect(sampleFrom(answer)).toBeUndefined();
    },
  );

  test('without usage of processor or memory is none: those of Windows have neither', () => {
    expect(sampleFrom(statsWith({ memory_stats: { privateworkingset: 1 } }))).toBeUndefined();
    expect(sampleFrom(statsWith({ cpu_stats: {} }))).toBeUndefined();
  });

  test('adds up interfaces', () => {
    const eth0 = { rx_bytes: 1, tx_bytes: 2, rx_packets: 3, tx_packets: 4, rx_dropped: 5 };
    const networks = { eth0, eth1: { ...eth0, tx_errors: 6 } };

    expect(sampleFrom(statsWith({ networks }))?.network).toMatchObject({
      rxBytes: 2,
      txBytes: 4,
      rxPackets: 6,
      txPackets: 8,
      rxDropped: 10,
      txErrors: 6,
      interfaces: { eth0: { rxBytes: 1, txErrors: 0 }, eth1: { txErrors: 6 } },
    });
  });

  test('counts what was read and written, in either spelling, and not the sums of it', () => {
    const entry = (op: string, value: number) => ({ major: 8, minor: 0, op, value });
    const moved = ['Read', 'Write', 'Sync', 'Async', 'Total', ''].map((op) => entry(op, 10));
    const blkio_stats = {
      io_service_bytes_recursive: [...moved, entry('read', 5), entry('write', 6)],
      io_serviced_recursive: moved,
    };

    expect(sampleFrom(statsWith({ blkio_stats }))?.blockIo).toEqual({
      readBytes: 15,
      writeBytes: 16,
      readOps: 10,
      writeOps: 10,
    });
  });

  test('whose cache is as big as its usage has all of the usage for a working set, as docker stats', () => {
    const memory_stats = { usage: 100, stats: { inactive_file: 100 } };

    expect(sampleFrom(statsWith({ memory_stats }))?.memory.workingSetBytes).toBe(100);
  });

  test.each([0, 2 ** 63 - 4096, 2 ** 64 - 1])('limits of %d are none', (limit) => {
    const sample = sampleFrom(
      statsWith({ memory_stats: { usage: 5, limit }, pids_stats: { current: 1, limit } }),
    );

    expect(sample?.memory).toEqual({ usageBytes: 5, workingSetBytes: 5 });
    expect(sample?.pids).toEqual({ current: 1 });
  });
});
