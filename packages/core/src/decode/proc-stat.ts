/** The kernel counts in hundredths of a second where it counts in ticks (USER_HZ on every architecture of the engine). */
export const nanosPerTick = 10_000_000;

/** CPU time of the host. */
export interface HostCpu {
  /** Of all cores together, as the engine gives it in `system_cpu_usage`. */
  readonly systemNanos: number;
  readonly onlineCpus: number;
}

// User, nice, system, idle, iowait, irq, softirq (moby daemon/stats_unix.go, getSystemCPUUsage).
const countedFields = 7;

/** Reads /proc/stat. Nothing where it is not one. */
export function hostCpuFrom(text: string): HostCpu | undefined {
  let ticks: number | undefined;
  let onlineCpus = 0;
  for (const line of text.split('\n')) {
    // These lines come first; what follows can be many kilobytes.
    if (!line.startsWith('cpu')) break;
    const [name = '', ...fields] = line.split(/\s+/);
    if (name === 'cpu') ticks = sumOf(fields.slice(0, countedFields));
    else onlineCpus++;
  }
  return ticks === undefined || onlineCpus === 0
    ? undefined
    : { systemNanos: ticks * nanosPerTick, onlineCpus };
}

function sumOf(fields: readonly string[]): number | undefined {
  const isWhole = fields.length === countedFields && fields.every((f) => /^\d{1,20}$/.test(f));
  return isWhole ? fields.reduce((sum, field) => sum + Number(field), 0) : undefined;
}

/** The memory of the host, from /proc/meminfo. Nothing where it does not say. */
export function hostMemoryFrom(text: string): number | undefined {
  const kibibytes = /^MemTotal:\s+(\d{1,15}) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1_024;
}
