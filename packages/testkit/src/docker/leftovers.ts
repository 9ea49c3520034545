import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { systemClock } from '@tallyman/sdk';

const goneLimitMs = 10_000;
const pollEveryMs = 20;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/**
 * Ends every process with `marker` in its command line, and all below those; resolves once they are
 * gone. For an engine's folder: containerd and its shims carry it, and the containers are below the shims.
 */
export async function killProcesses(marker: string): Promise<void> {
  const signal = AbortSignal.timeout(goneLimitMs);
  for (;;) {
    const left = withDescendants(runningProcesses(), marker);
    if (left.length === 0) return;
    for (const pid of left) endProcess(pid);
    await systemClock.sleep(pollEveryMs, signal);
  }
}

/** Unmounts everything below the folder, the deepest first. */
export async function unmountBelow(folder: string): Promise<void> {
  const targets = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '') // proc(5): the mount point
    .filter((target) => target.startsWith(`${folder}/`));
  for (const target of targets.sort().reverse()) spawnSync('umount', ['--lazy', target]);
}

export function removeTree(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** The pids of the marked processes and everything below them, except this process. */
export function withDescendants(processes: readonly Process[], marker: string): number[] {
  const found = new Set<number>();
  const add = ({ pid }: Process) => {
    if (pid === process.pid || found.has(pid)) return;
    found.add(pid);
    processes.filter(({ parent }) => parent === pid).forEach(add);
  };
  processes.filter(({ command }) => command.includes(marker)).forEach(add);
  return [...found];
}

function runningProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        // proc(5): "pid (name) state parent …"; the name may itself hold spaces and brackets.
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
        return state === 'Z' ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
      } catch {
        return []; // ended meanwhile
      }
    });
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ended meanwhile
  }
}
