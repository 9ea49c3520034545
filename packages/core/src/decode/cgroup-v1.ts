import {
  countFrom,
  countsFrom,
  failuresFrom,
  type GroupFigures,
  memoryLimitFrom,
  scaled,
  type Texts,
} from './cgroup-text.ts';
import { optional } from './json.ts';
import { nanosPerTick } from './proc-stat.ts';
import { memoryUsage, pidsUsage } from './stat.ts';

/**
 * The files that are read, by controller: those that the engine reads (containerd/cgroups cgroup1/*.go). Block
 * I/O is in the first pair on kernels that have the CFQ scheduler and for devices that use it, else in the second.
 */
export const v1Files = {
  cpuacct: ['cpuacct.usage', 'cpuacct.stat'],
  cpu: ['cpu.stat'],
  memory: ['memory.usage_in_bytes', 'memory.limit_in_bytes', 'memory.failcnt', 'memory.stat'],
  pids: ['pids.current', 'pids.max'],
  blkio: [
    'blkio.io_service_bytes_recursive',
    'blkio.io_serviced_recursive',
    'blkio.throttle.io_service_bytes',
    'blkio.throttle.io_serviced',
  ],
} as const;

export type V1Controller = keyof typeof v1Files;
export type V1Texts = Texts<(typeof v1Files)[V1Controller][number]>;

/** Figures of a cgroup v1. Nothing where CPU time or memory is not counted: that is no sample. */
export function v1Figures(
  texts: V1Texts,
  { hostMemoryBytes }: { readonly hostMemoryBytes: number | undefined },
): GroupFigures | undefined {
  const usageNanos = countFrom(texts['cpuacct.usage']);
  const usageBytes = countFrom(texts['memory.usage_in_bytes']);
  if (usageNanos === undefined || usageBytes === undefined) return undefined;
  const ticks = countsFrom(texts['cpuacct.stat']);
  const throttling = countsFrom(texts['cpu.stat']);
  const memory = countsFrom(texts['memory.stat']);
  return {
    cpu: {
      usageNanos,
      ...optional({
        userNanos: scaled(ticks.get('user'), nanosPerTick),
        systemNanos: scaled(ticks.get('system'), nanosPerTick),
        throttledPeriods: throttling.get('nr_throttled'),
        throttledNanos: throttling.get('throttled_time'),
      }),
    },
    memory: memoryUsage({
      usageBytes,
      inactiveFileBytes: memory.get('total_inactive_file') ?? 0,
      rssBytes: memory.get('total_rss'),
      cacheBytes: memory.get('total_cache'),
      limitBytes: memoryLimitFrom(texts['memory.limit_in_bytes'], hostMemoryBytes),
      failures: failuresFrom(countFrom(texts['memory.failcnt'])),
    }),
    ...optional({
      blockIo: blockIoFrom(texts),
      pids: pidsUsage(countFrom(texts['pids.current']), countFrom(texts['pids.max'])),
    }),
  };
}

function blockIoFrom(texts: V1Texts): GroupFigures['blockIo'] {
  const scheduled = operationsFrom(texts['blkio.io_service_bytes_recursive']);
  const bytes = scheduled ?? operationsFrom(texts['blkio.throttle.io_service_bytes']);
  if (bytes === undefined) return undefined;
  const counted =
    scheduled === undefined ? 'blkio.throttle.io_serviced' : 'blkio.io_serviced_recursive';
  const operations = operationsFrom(texts[counted]);
  return {
    readBytes: bytes.read,
    writeBytes: bytes.write,
    ...optional({ readOps: operations?.read, writeOps: operations?.write }),
  };
}

/** Lines `MAJOR:MINOR OPERATION NUMBER`, all devices together. Nothing where no device has any. */
function operationsFrom(text: string | undefined): { read: number; write: number } | undefined {
  const sum = { read: 0, write: 0 };
  let lines = 0;
  for (const line of (text ?? '').split('\n')) {
    const [, operation = '', digits] = /^\d+:\d+ (\w+) (\d{1,20})$/.exec(line) ?? [];
    if (operation !== '') lines++;
    if (operation === 'Read') sum.read += Number(digits);
    if (operation === 'Write') sum.write += Number(digits);
  }
  return lines === 0 ? undefined : sum;
}
