import { readFile } from 'node:fs/promises';

/** What a process has used so far. */
export interface ProcessUsage {
  /** The most memory it ever had at once (VmHWM). */
  readonly peakRssMiB: number;
  readonly cpuSeconds: number;
}

/** See proc(5): `/proc/PID/status` and `/proc/PID/stat`, where a tick is 10 ms on Linux. Throws once it has ended. */
export async function usageOf(pid: number): Promise<ProcessUsage> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const peakKiB = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
  if (Number.isNaN(peakKiB)) throw new Error(`reading the use of process ${pid}: it has ended`);
  // The name in parentheses may hold anything.
  const [, after = ''] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ');
  const fields = after.split(' ');
  return {
    peakRssMiB: peakKiB / 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
  };
}
