import { readdir, readFile, readlink } from 'node:fs/promises';
import { cpuSecondsOf } from './process-usage.ts';

/** CPU time that an engine's processes have used so far; containers and their shims are not in it. */
export interface EngineUsage {
  readonly dockerdSeconds: number;
  readonly containerdSeconds: number;
}

/** The processes behind an engine's socket. */
export class EngineProcesses {
  readonly dockerd: number;
  readonly containerd: number | undefined;

  private constructor(dockerd: number, containerd: number | undefined) {
    this.dockerd = dockerd;
    this.containerd = containerd;
  }

  /** Finds them by the socket that they hold open, which takes root. */
  static async at(socketPath: string): Promise<EngineProcesses> {
    const [dockerd] = await holdersOf(socketPath, await processesNamed('dockerd'));
    if (dockerd === undefined)
      throw new Error(
        `finding the engine at ${socketPath}: no dockerd has it open; benchmarks run as root on the engine's host`,
      );
    return new EngineProcesses(dockerd, await containerdOf(dockerd));
  }

  async usage(): Promise<EngineUsage> {
    const dockerdSeconds = await cpuSecondsOf(this.dockerd);
    const { containerd } = this;
    return {
      dockerdSeconds,
      containerdSeconds: containerd === undefined ? 0 : await cpuSecondsOf(containerd),
    };
  }
}

/** What was used between two moments. */
export function usedBetween(before: EngineUsage, after: EngineUsage): EngineUsage {
  return {
    dockerdSeconds: after.dockerdSeconds - before.dockerdSeconds,
    containerdSeconds: after.containerdSeconds - before.containerdSeconds,
  };
}

/** The one that dockerd was told to use, else the one that it started. */
async function containerdOf(dockerd: number): Promise<number | undefined> {
  const candidates = await processesNamed('containerd');
  const commandLine = (await readFile(`/proc/${dockerd}/cmdline`, 'utf8')).split('\0').join(' ');
  const socketPath = /--containerd[= ](\S+)/.exec(commandLine)?.[1];
  if (socketPath !== undefined) return (await holdersOf(socketPath, candidates))[0];
  const parents = await Promise.all(candidates.map(parentOf));
  return candidates.find((_, at) => parents[at] === dockerd);
}

async function processesNamed(name: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const names = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, at) => names[at]?.trim() === name).map(Number);
}

async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
}

/** Those of the processes that listen at this path. */
async function holdersOf(path: string, pids: readonly number[]): Promise<readonly number[]> {
  const held = await Promise.all(pids.map((pid) => listensAt(pid, path)));
  return pids.filter((_, at) => held[at]);
}

async function listensAt(pid: number, path: string): Promise<boolean> {
  // Of the process's own network namespace; the columns are in proc_net_unix of the kernel's net/unix/af_unix.c.
  const sockets = await readFile(`/proc/${pid}/net/unix`, 'utf8').catch(() => '');
  const aliases = new Set([path, path.replace(/^\/var\/run\//, '/run/')]);
  const inodes = sockets
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , , , , , at = '']) => aliases.has(at))
    .map(([, , , , , , inode = '']) => `socket:[${inode}]`);
  const handles = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(
    handles.map((handle) => readlink(`/proc/${pid}/fd/${handle}`).catch(() => '')),
  );
  return targets.some((target) => inodes.includes(target));
}
