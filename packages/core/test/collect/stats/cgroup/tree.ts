import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { VirtualClock } from '@tallyman/testkit';
import { CgroupSource } from '../../../../src/collect/stats/cgroup/source.ts';
import { type V1Controller, v1Files } from '../../../../src/decode/cgroup-v1.ts';
import { type ContainerDetails, containerFrom } from '../../../../src/decode/inspect.ts';
import { v1TextsOf, v2TextsOf, type Written } from '../../../decode/cgroup-texts.ts';

const header = 'Inter-| Receive | Transmit\n face |bytes | bytes\n';
const rest = '1 0 0 0 0 0 0 20 2 0 0 0 0 0 0';

/** Figures that a test may set apart. */
export const written: Written = {
  usageMicros: 5_000_000,
  userTicks: 300,
  systemTicks: 200,
  throttledPeriods: 4,
  throttledMicros: 70,
  usageBytes: 10_000,
  limitBytes: 50_000,
  inactiveBytes: 2_000,
  rssBytes: 3_000,
  cacheBytes: 4_000,
  failures: 1,
  pids: 3,
  pidsLimit: 64,
  devices: [
    [100, 200, 1, 2],
    [10, 20, 3, 4],
  ],
};

/** A copy of /proc and /sys/fs/cgroup on disk, and a source that reads it. */
export class Tree implements Disposable {
  readonly clock = new VirtualClock();
  readonly containers: ContainerDetails[] = [];
  readonly #root = mkdtempSync(join(tmpdir(), 'tallyman-cgroup-'));
  readonly #mounts: string[] = [];

  constructor() {
    this.write('proc/stat', 'cpu  100 0 200 700 0 0 0 0 0 0\ncpu0 1\ncpu1 1\nintr 1 2 3\n');
    this.write('proc/meminfo', 'MemTotal:       100 kB\n');
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true });
  }

  path(path: string): string {
    return join(this.#root, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  remove(path: string): void {
    rmSync(this.path(path), { recursive: true });
  }

  /** Mounts one controller of v1, or with none cgroup v2, at this path of the tree. */
  mount(path: string, controllers = '', root = '/'): void {
    const source = controllers === '' ? 'cgroup2 cgroup2 rw' : `cgroup cgroup rw,${controllers}`;
    this.#mounts.push(`1 1 0:1 ${root} ${this.path(path)} rw - ${source}`);
    this.write('proc/self/mountinfo', this.#mounts.join('\n'));
  }

  /** All controllers of v1, each in a folder of its name. */
  mountV1(root = '/'): void {
    for (const name of Object.keys(v1Files)) this.mount(`cgroup/${name}`, name, root);
  }

  v1Group(group: string, figures = written): void {
    const texts = Object.entries(v1TextsOf(figures));
    const names = Object.keys(v1Files) as readonly V1Controller[];
    for (const controller of names)
      for (const [file, text] of texts)
        if (file.startsWith(`${controller}.`))
          this.write(`cgroup/${controller}${group}/${file}`, text);
  }

  v2Group(group: string, figures = written, at = 'cgroup'): void {
    for (const [file, text] of Object.entries(v2TextsOf(figures)))
      this.write(`${at}${group}/${file}`, text);
  }

  /** A process in these groups, with interfaces that have received so many bytes. */
  process(
    pid: number,
    groups: string,
    interfaces: Readonly<Record<string, number>> = {},
    proc = 'proc',
  ): void {
    const lines = Object.entries({ lo: 5, ...interfaces }).map(
      ([name, rx]) => `  ${name}: ${rx} ${rest}`,
    );
    this.write(`${proc}/${pid}/cgroup`, groups);
    this.write(`${proc}/${pid}/net/dev`, `${header}${lines.join('\n')}\n`);
  }

  container(inspect: Readonly<Record<string, unknown>>): ContainerDetails {
    const container = containerFrom(inspect);
    this.containers.push(container);
    return container;
  }

  source({ ownContainerId }: { readonly ownContainerId?: string } = {}): CgroupSource {
    return new CgroupSource({
      clock: this.clock,
      directory: {
        get: (id) => this.containers.find((container) => container.id === id),
        all: () => this.containers,
      },
      procs: [this.path('host-proc'), this.path('proc')],
      mountinfoPath: this.path('proc/self/mountinfo'),
      ...(ownContainerId !== undefined && { ownContainerId }),
    });
  }
}
