import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import type { DockerClient } from '@tallyman/testkit/docker';

/** Where a figure was measured. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly engine: string;
  readonly cgroup: 'v1' | 'v2';
  readonly node: string;
  /** `fs.inotify.max_user_instances`: past it, an engine polls the logs that are followed. */
  readonly inotifyInstances: number;
}

export async function thisMachine(client: DockerClient): Promise<Machine> {
  const { engine, api } = await client.version();
  return {
    cores: cpus().length,
    cpu: cpuName(),
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    engine: `${engine} (API ${api})`,
    cgroup: cgroupVersion(),
    node: process.version,
    inotifyInstances: Number(readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8')),
  };
}

/** Of the last minute. */
export function loadNow(): number {
  return loadavg()[0] ?? Number.NaN;
}

function cpuName(): string {
  const [first] = cpus();
  const model = first?.model.trim() ?? '';
  // A virtual machine may hide the model's name; vendor and family are there.
  if (/[a-z]/i.test(model) && model !== 'unknown') return model;
  const info = readFileSync('/proc/cpuinfo', 'utf8');
  const of = (key: string) => new RegExp(`^${key}\\s*: (.*)$`, 'm').exec(info)?.[1] ?? '?';
  return `${of('vendor_id')}, family ${of('cpu family')}, model ${of('model')}`;
}

function cgroupVersion(): 'v1' | 'v2' {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  return / - cgroup /.test(mounts) ? 'v1' : 'v2';
}
