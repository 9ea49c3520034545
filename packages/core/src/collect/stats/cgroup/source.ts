import type { Clock, NetworkUsage } from '@tallyman/sdk';
import type { GroupFigures } from '../../../decode/cgroup-text.ts';
import { type V1Texts, v1Figures, v1Files } from '../../../decode/cgroup-v1.ts';
import { type V2Texts, v2Figures, v2Files } from '../../../decode/cgroup-v2.ts';
import type { ContainerDetails } from '../../../decode/inspect.ts';
import { optional } from '../../../decode/json.ts';
import type { StatSample } from '../../../decode/stat.ts';
import { timeOfNanos } from '../../../decode/timestamp.ts';
import type { ContainerDirectory } from '../../containers.ts';
import { HostFigures } from './host.ts';
import { KernelFiles } from './kernel-files.ts';
import { type Located, Locator } from './locator.ts';
import { hasNetwork, networkOf, usageFrom } from './network.ts';

export interface CgroupSourceSettings {
  readonly clock: Clock;
  readonly directory: Pick<ContainerDirectory, 'get' | 'all'>;
  readonly ownContainerId?: string;
  /** Where a proc file system may be that shows the host's processes, best first. Default: {@link hostProcs}. */
  readonly procs?: readonly string[];
  /** Default: /proc/self/mountinfo. */
  readonly mountinfoPath?: string;
}

/** Where the guides mount the host's, and the agent's own, which is the host's outside of a container and with `--pid host`. */
const hostProcs: readonly string[] = ['/host/proc', '/proc'];

/** A sample, or why there is none. */
export type CgroupReading =
  | { readonly kind: 'sample'; readonly sample: StatSample }
  | { readonly kind: 'unreadable'; readonly why: string };

type Refusal = Extract<CgroupReading, { readonly kind: 'unreadable' }>;

/**
 * Reads samples from /sys/fs/cgroup and /proc: the figures that the engine would give, from the files that it
 * would read. A container is read whole or not at all, so that no record lacks what another reader would give.
 */
export class CgroupSource {
  readonly #settings: CgroupSourceSettings;
  readonly #files = new KernelFiles();
  readonly #host: HostFigures;
  readonly #locator: Locator;
  // By version of the description: a new run, or a change of its networks, comes with a new one.
  readonly #located = new WeakMap<ContainerDetails, Located | Refusal>();

  constructor(settings: CgroupSourceSettings) {
    const { clock, ownContainerId, procs = hostProcs } = settings;
    const { mountinfoPath = '/proc/self/mountinfo' } = settings;
    this.#settings = settings;
    this.#host = new HostFigures(this.#files, clock, procs);
    const mountinfo = this.#files.text(mountinfoPath) ?? '';
    const own = optional({ ownContainerId });
    this.#locator = new Locator({ files: this.#files, procs, mountinfo, ...own });
  }

  /** Which version of control groups is read; nothing where none is mounted here. */
  get version(): 1 | 2 | undefined {
    return this.#locator.version;
  }

  /** Whether it was found before that the container cannot be read. Reads nothing. */
  refuses(container: ContainerDetails): boolean {
    const located = this.#located.get(container);
    return located !== undefined && 'why' in located;
  }

  /** Takes a sample, in a tenth of a millisecond or two; never throws. */
  read(container: ContainerDetails): CgroupReading {
    const located = this.#located.get(container) ?? this.#locate(container);
    this.#located.set(container, located);
    if ('why' in located) return located;
    const reading = this.#sampleOf(container, located);
    // The container has ended, or runs again under another number: next time it is looked for anew.
    if (reading.kind === 'unreadable') this.#located.delete(container);
    return reading;
  }

  #locate(container: ContainerDetails): Located | Refusal {
    if (this.version === undefined) return unreadable('no control groups are mounted here');
    const network = networkOf(container, this.#settings.directory);
    if (network === undefined) return unreadable('it is in the network of an unknown container');
    const located = this.#locator.locate(container);
    if (located === undefined) return unreadable('its control group is not visible');
    if (hasNetwork(network) && located.process === undefined)
      return unreadable('its process is not visible, and with that its network');
    return located;
  }

  #sampleOf(container: ContainerDetails, located: Located): CgroupReading {
    const cpu = this.#host.cpu();
    const figures = this.#figuresOf(located);
    if (cpu === undefined || figures === undefined)
      return unreadable('its control group does not count both CPU time and memory');
    const network = this.#networkOf(container, located);
    if (network === 'unreadable') return unreadable('the interfaces of its network are not known');
    const { systemNanos, onlineCpus } = cpu;
    const sample = {
      ...figures,
      readAt: timeOfNanos(BigInt(Math.trunc(this.#settings.clock.now())) * 1_000_000n),
      cpu: { ...figures.cpu, onlineCpus },
      systemNanos,
      ...optional({ network: network === 'none' ? undefined : network }),
    };
    return { kind: 'sample', sample };
  }

  #figuresOf({ group }: Located): GroupFigures | undefined {
    const hostMemoryBytes = this.#host.memoryBytes();
    if (group.version === 2) {
      const texts: V2Texts = this.#textsIn(group.directory, v2Files);
      return v2Figures(texts, { hostMemoryBytes });
    }
    let texts: V1Texts = {};
    for (const [controller, directory] of group.directories)
      texts = { ...texts, ...this.#textsIn(directory, v1Files[controller]) };
    return v1Figures(texts, { hostMemoryBytes });
  }

  #textsIn<Name extends string>(directory: string, names: readonly Name[]) {
    const texts: Partial<Record<Name, string>> = {};
    for (const name of names) {
      const text = this.#files.text(`${directory}/${name}`);
      if (text !== undefined) texts[name] = text;
    }
    return texts;
  }

  #networkOf(
    container: ContainerDetails,
    { process }: Located,
  ): NetworkUsage | 'none' | 'unreadable' {
    const network = networkOf(container, this.#settings.directory);
    if (network === undefined) return 'unreadable';
    if (!hasNetwork(network)) return 'none';
    if (process === undefined) return 'unreadable';
    const netDev = this.#files.text(`${process}/net/dev`);
    // Asked afterwards: whose number it is then, its network it was.
    if (netDev === undefined || !this.#locator.belongs(process, container.id)) return 'unreadable';
    return usageFrom(netDev, network) ?? 'unreadable';
  }
}

function unreadable(why: string): Refusal {
  return { kind: 'unreadable', why };
}
