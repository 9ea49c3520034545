import type {
  BlockIoUsage,
  ContainerStat,
  CpuUsage,
  MemoryUsage,
  NetworkCounters,
  NetworkUsage,
} from '@tallyman/sdk';
import {
  isRecord,
  type JsonObject,
  limitOf,
  numberOf,
  objectOf,
  optional,
  stringOf,
} from './json.ts';
import { normalisedTime } from './timestamp.ts';

/** One sample of the engine, in our units, before it is compared with the one before. */
export interface StatSample {
  readonly readAt: string;
  readonly cpu: Omit<CpuUsage, 'percent' | 'limitCpus'>;
  /** The host's CPU time, of all cores together; the engine's denominator for the percentage. */
  readonly systemNanos?: number;
  readonly memory: MemoryUsage;
  readonly network?: NetworkUsage;
  readonly blockIo?: BlockIoUsage;
  readonly pids?: NonNullable<ContainerStat['pids']>;
}

/**
 * Reads an answer of `GET /containers/{id}/stats`. Nothing where it is no sample: engines answer for a stopped
 * container with zeros, read in the year 1.
 */
export function sampleFrom(answer: unknown): StatSample | undefined {
  const stats = objectOf(answer);
  const read = stringOf(stats.read);
  const readAt = read === undefined ? undefined : normalisedTime(read);
  if (readAt === undefined || readAt.startsWith('0001-')) return undefined;
  const memory = memoryFrom(objectOf(stats.memory_stats));
  const cpuStats = objectOf(stats.cpu_stats);
  const pids = objectOf(stats.pids_stats);
  const cpu = cpuFrom(cpuStats);
  if (memory === undefined || cpu === undefined) return undefined;
  return {
    readAt,
    cpu,
    memory,
    ...optional({
      systemNanos: numberOf(cpuStats.system_cpu_usage),
      network: networkFrom(stats.networks),
      blockIo: blockIoFrom(objectOf(stats.blkio_stats)),
      pids: pidsUsage(numberOf(pids.current), numberOf(pids.limit)),
    }),
  };
}

function cpuFrom(cpu: JsonObject): StatSample['cpu'] | undefined {
  const usage = objectOf(cpu.cpu_usage);
  const usageNanos = numberOf(usage.total_usage);
  if (usageNanos === undefined) return undefined;
  const perCpu = Array.isArray(usage.percpu_usage) ? usage.percpu_usage.length : 0;
  const throttling = objectOf(cpu.throttling_data);
  return {
    usageNanos,
    // Old Podman leaves online_cpus out; cgroup v2 has no percpu_usage (podman#15754).
    onlineCpus: numberOf(cpu.online_cpus) || perCpu || 1,
    ...optional({
      userNanos: numberOf(usage.usage_in_usermode),
      systemNanos: numberOf(usage.usage_in_kernelmode),
      throttledPeriods: numberOf(throttling.throttled_periods),
      throttledNanos: numberOf(throttling.throttled_time),
    }),
  };
}

function memoryFrom(memory: JsonObject): MemoryUsage | undefined {
  const usageBytes = numberOf(memory.usage);
  if (usageBytes === undefined) return undefined;
  const stats = objectOf(memory.stats);
  return memoryUsage({
    usageBytes,
    inactiveFileBytes: numberOf(stats.total_inactive_file) ?? numberOf(stats.inactive_file) ?? 0,
    rssBytes: numberOf(stats.total_rss) ?? numberOf(stats.anon),
    cacheBytes: numberOf(stats.total_cache) ?? numberOf(stats.file),
    limitBytes: numberOf(memory.limit),
    failures: numberOf(memory.failcnt),
  });
}

/** What a source says of a container's memory. */
interface MemoryFigures {
  readonly usageBytes: number;
  readonly inactiveFileBytes: number;
  readonly rssBytes: number | undefined;
  readonly cacheBytes: number | undefined;
  readonly limitBytes: number | undefined;
  readonly failures: number | undefined;
}

/**
 * As `docker stats`: the working set is the usage less the inactive file cache, whose key tells cgroup v1 from
 * v2; all of the usage where the cache is no smaller (docker/cli cli/command/container/stats_helpers.go,
 * calculateMemUsageUnixNoCache).
 */
export function memoryUsage({
  usageBytes,
  inactiveFileBytes,
  limitBytes: limit,
  ...others
}: MemoryFigures): MemoryUsage {
  const workingSetBytes =
    inactiveFileBytes < usageBytes ? usageBytes - inactiveFileBytes : usageBytes;
  const limitBytes = limitOf(limit);
  const percent = limitBytes === undefined ? undefined : (workingSetBytes / limitBytes) * 100;
  return { usageBytes, workingSetBytes, ...optional({ ...others, limitBytes, percent }) };
}

// `--network host` has no networks: the engine leaves the section out.
function networkFrom(networks: unknown): NetworkUsage | undefined {
  if (!isRecord(networks)) return undefined;
  const entries = Object.entries(networks);
  return networkUsage(entries.map(([name, answer]) => [name, countersFrom(objectOf(answer))]));
}

/** Interfaces by name, and their sum. */
export function networkUsage(
  interfaces: readonly (readonly [name: string, counters: NetworkCounters])[],
): NetworkUsage {
  const sum = interfaces.reduce(
    (before, [, counters]) => added(before, counters),
    countersFrom({}),
  );
  return { ...sum, interfaces: Object.fromEntries(interfaces) };
}

function countersFrom(answer: JsonObject): NetworkCounters {
  const count = (key: string) => numberOf(answer[key]) ?? 0;
  return {
    rxBytes: count('rx_bytes'),
    txBytes: count('tx_bytes'),
    rxPackets: count('rx_packets'),
    txPackets: count('tx_packets'),
    rxErrors: count('rx_errors'),
    txErrors: count('tx_errors'),
    rxDropped: count('rx_dropped'),
    txDropped: count('tx_dropped'),
  };
}

function added(a: NetworkCounters, b: NetworkCounters): NetworkCounters {
  return {
    rxBytes: a.rxBytes + b.rxBytes,
    txBytes: a.txBytes + b.txBytes,
    rxPackets: a.rxPackets + b.rxPackets,
    txPackets: a.txPackets + b.txPackets,
    rxErrors: a.rxErrors + b.rxErrors,
    txErrors: a.txErrors + b.txErrors,
    rxDropped: a.rxDropped + b.rxDropped,
    txDropped: a.txDropped + b.txDropped,
  };
}

// cgroup v1 says "Read", v2 "read"; other operations (Sync, Async, Total) count the same bytes again.
function blockIoFrom(blkio: JsonObject): BlockIoUsage | undefined {
  const bytes = sumByOperation(blkio.io_service_bytes_recursive);
  if (bytes === undefined) return undefined;
  const operations = sumByOperation(blkio.io_serviced_recursive);
  return {
    readBytes: bytes.read,
    writeBytes: bytes.write,
    ...optional({ readOps: operations?.read, writeOps: operations?.write }),
  };
}

function sumByOperation(entries: unknown): { read: number; write: number } | undefined {
  if (!Array.isArray(entries) || entries.length === 0) return undefined;
  const sum = { read: 0, write: 0 };
  for (const entry of entries.map(objectOf)) {
    const operation = stringOf(entry.op)?.toLowerCase();
    if (operation === 'read' || operation === 'write') sum[operation] += numberOf(entry.value) ?? 0;
  }
  return sum;
}

/** Processes and threads; nothing where they are not counted. */
export function pidsUsage(
  current: number | undefined,
  limit: number | undefined,
): StatSample['pids'] {
  return current === undefined ? undefined : { current, ...optional({ limit: limitOf(limit) }) };
}

/**
 * As `docker stats`, from two samples of our own: the container's share of the host's CPU time, times its
 * cores, so that 100 is one core (docker/cli calculateCPUPercentUnix). Podman's `system_cpu_usage` is not the
 * host's (podman#28761): there, and where it is missing, wall time is the denominator. Nothing after a reset.
 */
export function cpuPercentOf(
  previous: StatSample,
  current: StatSample,
  { windowMs, isPodman }: { readonly windowMs: number; readonly isPodman: boolean },
): number | undefined {
  const used = current.cpu.usageNanos - previous.cpu.usageNanos;
  if (used < 0) return undefined;
  const ofHost =
    current.systemNanos === undefined || previous.systemNanos === undefined
      ? undefined
      : current.systemNanos - previous.systemNanos;
  if (!isPodman && ofHost !== undefined && ofHost > 0)
    return (used / ofHost) * current.cpu.onlineCpus * 100;
  return windowMs > 0 ? (used / (windowMs * 1e6)) * 100 : undefined;
}
