import { numberAt, valueAt } from '@tallyman/testkit/docker';

/** The memory that `docker stats` shows (docker/cli stats_helpers.go, calculateMemUsageUnixNoCache). */
export function memoryShownBytes(sample: unknown): number {
  const stats = valueAt(sample, 'memory_stats', 'stats');
  const isVersion1 = valueAt(stats, 'total_inactive_file') !== undefined;
  const inactive = numberAt(stats, isVersion1 ? 'total_inactive_file' : 'inactive_file');
  const usage = numberAt(sample, 'memory_stats', 'usage');
  return inactive < usage ? usage - inactive : usage;
}

/** The percentage that `docker stats` shows (docker/cli stats_helpers.go, calculateCPUPercentUnix). */
export function cpuPercentShown(previous: unknown, current: unknown): number {
  const used = difference(previous, current, 'cpu_stats', 'cpu_usage', 'total_usage');
  const ofHost = difference(previous, current, 'cpu_stats', 'system_cpu_usage');
  return (used / ofHost) * numberAt(current, 'cpu_stats', 'online_cpus') * 100;
}

function difference(previous: unknown, current: unknown, ...path: readonly string[]): number {
  return numberAt(current, ...path) - numberAt(previous, ...path);
}
