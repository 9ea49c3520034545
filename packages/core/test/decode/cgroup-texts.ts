import type { V1Texts } from '../../src/decode/cgroup-v1.ts';
import type { V2Texts } from '../../src/decode/cgroup-v2.ts';

/** Figures as the kernel would write them. */
export interface Written {
  readonly usageMicros: number;
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly throttledPeriods: number;
  readonly throttledMicros: number;
  readonly usageBytes: number;
  /** `undefined`: unlimited. */
  readonly limitBytes: number | undefined;
  readonly inactiveBytes: number;
  readonly rssBytes: number;
  readonly cacheBytes: number;
  readonly failures: number;
  readonly pids: number;
  readonly pidsLimit: number | undefined;
  /** Bytes and operations of each device. */
  readonly devices: readonly (readonly [
    read: number,
    written: number,
    reads: number,
    writes: number,
  ])[];
}

/** The files of a cgroup v1 in which these figures stand. */
export function v1TextsOf(figures: Written): V1Texts {
  const { devices } = figures;
  const operations = (of: (device: Written['devices'][number]) => readonly [number, number]) => {
    const lines = devices.flatMap((device, n) => {
      const [reads, writes] = of(device);
      const sum = reads + writes;
      return [
        `${n}:0 Read ${reads}`,
        `${n}:0 Write ${writes}`,
        `${n}:0 Sync ${sum}`,
        `${n}:0 Async 0`,
        `${n}:0 Discard 0`,
        `${n}:0 Total ${sum}`,
      ];
    });
    return `${[...lines, `Total ${devices.length}`].join('\n')}\n`;
  };
  return {
    'cpuacct.usage': `${figures.usageMicros * 1_000}\n`,
    'cpuacct.stat': `user ${figures.userTicks}\nsystem ${figures.systemTicks}\n`,
    'cpu.stat': `nr_periods 9\nnr_throttled ${figures.throttledPeriods}\nthrottled_time ${figures.throttledMicros * 1_000}\n`,
    'memory.usage_in_bytes': `${figures.usageBytes}\n`,
    'memory.limit_in_bytes': `${figures.limitBytes ?? '9223372036854771712'}\n`,
    'memory.failcnt': `${figures.failures}\n`,
    'memory.stat': `cache 1\nrss 1\ninactive_file 1\ntotal_cache ${figures.cacheBytes}\ntotal_rss ${figures.rssBytes}\ntotal_inactive_file ${figures.inactiveBytes}\n`,
    'pids.current': `${figures.pids}\n`,
    'pids.max': `${figures.pidsLimit ?? 'max'}\n`,
    'blkio.throttle.io_service_bytes': operations(([read, written]) => [read, written]),
    'blkio.throttle.io_serviced': operations(([, , reads, writes]) => [reads, writes]),
  };
}

/** The files of a cgroup v2 in which these figures stand. */
export function v2TextsOf(figures: Written): V2Texts {
  const micros = (ticks: number) => ticks * 10_000;
  return {
    'cpu.stat': `usage_usec ${figures.usageMicros}\nuser_usec ${micros(figures.userTicks)}\nsystem_usec ${micros(figures.systemTicks)}\nnr_periods 9\nnr_throttled ${figures.throttledPeriods}\nthrottled_usec ${figures.throttledMicros}\n`,
    'memory.current': `${figures.usageBytes}\n`,
    'memory.max': `${figures.limitBytes ?? 'max'}\n`,
    'memory.stat': `anon ${figures.rssBytes}\nfile ${figures.cacheBytes}\ninactive_file ${figures.inactiveBytes}\n`,
    'memory.events': `low 0\nhigh 0\nmax 5\noom ${figures.failures}\noom_kill 0\n`,
    'pids.current': `${figures.pids}\n`,
    'pids.max': `${figures.pidsLimit ?? 'max'}\n`,
    'io.stat': figures.devices
      .map(
        ([read, written, reads, writes], n) =>
          `${n}:0 rbytes=${read} wbytes=${written} rios=${reads} wios=${writes} dbytes=7 dios=7\n`,
      )
      .join(''),
  };
}
