import { jsonTime, zeroTime } from './time.ts';
import type { Counters, Load } from './usage.ts';

/** What a sample says of the machine. */
export interface SampleHost {
  readonly cgroup: 'v1' | 'v2';
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** One running container at one moment. */
export interface Sampled {
  /** From 28.5 on, a one-shot sample does not say whose it is. */
  readonly owner?: { readonly id: string; readonly name: string } | undefined;
  readonly host: SampleHost;
  readonly load: Load;
  readonly counters: Counters;
  /** Of a sample that is not one-shot: the counters a second before. */
  readonly previous?: Counters | undefined;
  readonly limitBytes?: number | undefined;
  readonly pidsLimit?: number | undefined;
  /** Absent with the host's network. */
  readonly networks: 'eth0' | 'none';
}

/** The answer of `/stats` for a running container (moby daemon/stats_unix.go). */
export function runningSample(sampled: Sampled): unknown {
  const { host, load, counters, previous, limitBytes, pidsLimit, owner } = sampled;
  return {
    read: jsonTime(counters.timeNanos),
    preread: previous ? jsonTime(previous.timeNanos) : zeroTime,
    pids_stats: { current: load.pids, ...(pidsLimit === undefined ? {} : { limit: pidsLimit }) },
    blkio_stats: blockIo(counters, host),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpu(counters, host),
    precpu_stats: previous ? cpu(previous, host) : noCpu,
    memory_stats: memory(load, limitBytes ?? host.memoryBytes, host),
    ...(owner ? { name: `/${owner.name}`, id: owner.id } : {}),
    ...(sampled.networks === 'none' ? {} : { networks: { eth0: network(counters) } }),
  };
}

/** The answer for a container that does not run: 200 and zeros. */
export function stoppedSample(container: { readonly id: string; readonly name: string }): unknown {
  return {
    read: zeroTime,
    preread: zeroTime,
    pids_stats: {},
    blkio_stats: blockIoArrays(null),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: noCpu,
    precpu_stats: noCpu,
    memory_stats: {},
    name: `/${container.name}`,
    id: container.id,
  };
}

const noThrottling = { periods: 0, throttled_periods: 0, throttled_time: 0 };
const noCpu = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: noThrottling,
};

function cpu(counters: Counters, host: SampleHost): unknown {
  const share = Math.floor(counters.cpuNanos / host.cpus);
  const perCpu = Array.from({ length: host.cpus }, () => share);
  const kernel = Math.floor(counters.cpuNanos / 4 / 1e7) * 1e7;
  return {
    cpu_usage: {
      total_usage: counters.cpuNanos,
      ...(host.cgroup === 'v1' ? { percpu_usage: perCpu } : {}),
      usage_in_kernelmode: kernel,
      usage_in_usermode: counters.cpuNanos - kernel,
    },
    // Sum over all cores since the machine booted; here it booted at a round time a while ago.
    system_cpu_usage: Number(counters.timeNanos % 10n ** 16n) * host.cpus,
    online_cpus: host.cpus,
    throttling_data: noThrottling,
  };
}

function memory(load: Load, limitBytes: number, host: SampleHost): unknown {
  const usage = load.memoryBytes + load.cacheBytes;
  if (host.cgroup === 'v2')
    return {
      usage,
      stats: {
        ...zeros(memoryKeysV2),
        anon: load.memoryBytes,
        file: load.cacheBytes,
        inactive_file: load.cacheBytes,
      },
      limit: limitBytes,
    };
  const counted = {
    cache: load.cacheBytes,
    rss: load.memoryBytes,
    inactive_file: load.cacheBytes,
    active_anon: load.memoryBytes,
  };
  const totals = Object.fromEntries(
    Object.entries(counted).map(([key, value]) => [`total_${key}`, value]),
  );
  return {
    usage,
    max_usage: usage,
    stats: {
      ...zeros(memoryKeysV1),
      ...zeros(memoryKeysV1.map((key) => `total_${key}`)),
      ...counted,
      ...totals,
      hierarchical_memory_limit: limitBytes === host.memoryBytes ? unlimited : limitBytes,
      hierarchical_memsw_limit: unlimited,
    },
    limit: limitBytes,
  };
}

// The kernel's "no limit" of cgroup v1, as a Number.
const unlimited = 2 ** 63 - 4096;

const memoryKeysV1 =
  'active_anon active_file cache dirty inactive_anon inactive_file mapped_file pgfault pgmajfault pgpgin pgpgout rss rss_huge unevictable writeback'.split(
    ' ',
  );
const memoryKeysV2 =
  'active_anon active_file anon anon_thp file file_dirty file_mapped file_writeback inactive_anon inactive_file kernel_stack pgactivate pgdeactivate pgfault pglazyfree pglazyfreed pgmajfault pgrefill pgscan pgsteal shmem slab slab_reclaimable slab_unreclaimable sock thp_collapse_alloc thp_fault_alloc unevictable workingset_activate workingset_nodereclaim workingset_refault'.split(
    ' ',
  );

function zeros(keys: readonly string[]): Record<string, number> {
  return Object.fromEntries(keys.map((key) => [key, 0]));
}

function network(counters: Counters): unknown {
  return {
    rx_bytes: counters.rxBytes,
    rx_packets: Math.ceil(counters.rxBytes / 1448),
    rx_errors: 0,
    rx_dropped: 0,
    tx_bytes: counters.txBytes,
    tx_packets: Math.ceil(counters.txBytes / 1448),
    tx_errors: 0,
    tx_dropped: 0,
  };
}

function blockIo(counters: Counters, host: SampleHost): unknown {
  const { readBytes, writeBytes } = counters;
  const entry = (op: string, value: number) => ({ major: 254, minor: 0, op, value });
  if (readBytes + writeBytes === 0) return blockIoArrays(host.cgroup === 'v1' ? [] : null);
  if (host.cgroup === 'v2') {
    const moved = [entry('read', readBytes), entry('write', writeBytes)];
    return { ...blockIoArrays(null), io_service_bytes_recursive: moved };
  }
  const both = (read: number, write: number) =>
    [entry('Read', read), entry('Write', write), entry('Sync', read + write)].concat([
      entry('Async', 0),
      entry('Discard', 0),
      entry('Total', read + write),
    ]);
  return {
    ...blockIoArrays([]),
    io_service_bytes_recursive: both(readBytes, writeBytes),
    io_serviced_recursive: both(Math.ceil(readBytes / 4096), Math.ceil(writeBytes / 4096)),
  };
}

function blockIoArrays(content: readonly never[] | null): Record<string, unknown> {
  const arrays =
    'io_service_bytes_recursive io_serviced_recursive io_queue_recursive io_service_time_recursive io_wait_time_recursive io_merged_recursive io_time_recursive sectors_recursive';
  return Object.fromEntries(arrays.split(' ').map((name) => [name, content]));
}
