import { readdir, readFile } from 'node:fs/promises';

/** What a process has used so far. */
export interface ProcessUsage {
  /** The most memory it ever had at once (VmHWM). */
  readonly peakRssMiB: number;
  readonly cpuSeconds: number;
}

// USER_HZ, which is 100 on every architecture that Node runs on (proc(5), times(2)).
const ticksPerSecond = 100;

/** See proc(5): `/proc/PID/status` and `/proc/PID/stat`, in steps of 10 ms. Throws once it has ended. */
export async function usageOf(pid: number): Promise<ProcessUsage> {
  const peakRssMiB = await memoryOf(pid, 'VmHWM');
  return { peakRssMiB, cpuSeconds: await cpuSecondsOf(pid) };
}

/** What a process has in memory now, or had at most. Throws once it has ended. */
export async function memoryOf(pid: number, figure: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kiB = Number(new RegExp(`^${figure}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  if (Number.isNaN(kiB)) throw new Error(`reading the use of process ${pid}: it has ended`);
  return kiB / 1024;
}

/** User and system time of all its threads. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const fields = await statFields(pid);
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** User and system time of this process's children that have ended and were waited for, and of theirs. */
export async function endedChildrenSeconds(): Promise<number> {
  const fields = await statFields('self');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

/** How many file descriptors a process has open. */
export async function openHandlesOf(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

/** The fields after the name, beginning with the state: field N of proc(5) is at N - 3. */
async function statFields(pid: number | 'self'): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything.
  return stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
}
