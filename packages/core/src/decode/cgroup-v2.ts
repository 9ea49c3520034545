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
import { memoryUsage, pidsUsage } from './stat.ts';

/** The files that are read: those that the engine reads (containerd/cgroups cgroup2/manager.go). */
export const v2Files = [
  'cpu.stat',
  'memory.current',
  'memory.max',
  'memory.stat',
  'memory.events',
  'pids.current',
  'pids.max',
  'io.stat',
] as const;

export type V2Texts = Texts<(typeof v2Files)[number]>;

const nanosPerMicro = 1_000;

/**
 * Figures of a cgroup v2. Nothing where CPU time or memory is not counted: that is no sample. Operations of
 * block devices are in the file, though the engine leaves them out.
 */
export function v2Figures(
  texts: V2Texts,
  { hostMemoryBytes }: { readonly hostMemoryBytes: number | undefined },
): GroupFigures | undefined {
  const cpu = countsFrom(texts['cpu.stat']);
  const usageNanos = scaled(cpu.get('usage_usec'), nanosPerMicro);
  const usageBytes = countFrom(texts['memory.current']);
  if (usageNanos === undefined || usageBytes === undefined) return undefined;
  const memory = countsFrom(texts['memory.stat']);
  return {
    cpu: {
      usageNanos,
      ...optional({
        userNanos: scaled(cpu.get('user_usec'), nanosPerMicro),
        systemNanos: scaled(cpu.get('system_usec'), nanosPerMicro),
        // Only where the controller is on; cpu.stat has the times above in any case.
        throttledPeriods: cpu.get('nr_throttled'),
        throttledNanos: scaled(cpu.get('throttled_usec'), nanosPerMicro),
      }),
    },
    memory: memoryUsage({
      usageBytes,
      inactiveFileBytes: memory.get('inactive_file') ?? 0,
      rssBytes: memory.get('anon'),
      cacheBytes: memory.get('file'),
      limitBytes: memoryLimitFrom(texts['memory.max'], hostMemoryBytes),
      failures: failuresFrom(countsFrom(texts['memory.events']).get('oom')),
    }),
    ...optional({
      blockIo: blockIoFrom(texts['io.stat']),
      pids: pidsUsage(countFrom(texts['pids.current']), countFrom(texts['pids.max'])),
    }),
  };
}

/** Lines `MAJOR:MINOR rbytes=N wbytes=N rios=N wios=N …`, all devices together. */
function blockIoFrom(text: string | undefined): GroupFigures['blockIo'] {
  const sum: Record<string, number> = {};
  for (const line of (text ?? '').split('\n')) {
    if (!/^\d+:\d+ /.test(line)) continue;
    for (const [, key = '', digits] of line.matchAll(/ ([rw](?:bytes|ios))=(\d{1,20})(?!\S)/g))
      sum[key] = (sum[key] ?? 0) + Number(digits);
  }
  const { rbytes, wbytes, rios, wios } = sum;
  return rbytes === undefined || wbytes === undefined
    ? undefined
    : { readBytes: rbytes, writeBytes: wbytes, ...optional({ readOps: rios, writeOps: wios }) };
}
