import {
  type CgroupMount,
  cgroupMountsFrom,
  groupOfContainer,
  groupsFrom,
  seenUnder,
  usualGroups,
} from '../../../decode/cgroup-paths.ts';
import { type V1Controller, v1Files } from '../../../decode/cgroup-v1.ts';
import type { ContainerDetails } from '../../../decode/inspect.ts';
import { optional } from '../../../decode/json.ts';
import type { KernelFiles } from './kernel-files.ts';

/** Where the figures of a container are. */
export interface Located {
  readonly group:
    | { readonly version: 1; readonly directories: ReadonlyMap<V1Controller, string> }
    | { readonly version: 2; readonly directory: string };
  /** `/proc/PID` of its first process; absent where the host's processes are not visible. */
  readonly process?: string;
}

export interface LocatorSettings {
  readonly files: KernelFiles;
  /** Where a proc file system may be that shows the host's processes, best first. */
  readonly procs: readonly string[];
  /** The text of /proc/self/mountinfo. */
  readonly mountinfo: string;
  readonly ownContainerId?: string;
}

/** The groups of a process, by controller. */
type Groups = ReadonlyMap<string, string>;

/**
 * Finds the control group of a container: by its first process, and where the host's processes are not visible, by
 * the names that engines use. Either way the container's id is part of the name, so it is never another's.
 */
export class Locator {
  readonly #settings: LocatorSettings;
  readonly #mounts: readonly CgroupMount[];

  constructor(settings: LocatorSettings) {
    this.#settings = settings;
    this.#mounts = cgroupMountsFrom(settings.mountinfo);
  }

  /**
   * The version that is read, as the engine chooses it (containerd/cgroups, Mode): in a hybrid setup the
   * controllers are those of v1. Nothing where no controller is mounted.
   */
  get version(): 1 | 2 | undefined {
    if (this.#mounts.some(({ controllers }) => controllers.includes('memory'))) return 1;
    return this.#mounts.some(({ controllers }) => controllers.length === 0) ? 2 : undefined;
  }

  /** Nothing where the group is not visible. */
  locate(container: ContainerDetails): Located | undefined {
    const process = this.#processOf(container);
    const groups = process === undefined ? new Map() : (this.#groupsOf(process) ?? new Map());
    const group = this.version === 1 ? this.#v1(container, groups) : this.#v2(container, groups);
    return group === undefined ? undefined : { group, ...optional({ process }) };
  }

  /** Whether a process is one of the container: the number of one that has ended may have gone to another. */
  belongs(process: string, id: string): boolean {
    const groups = this.#groupsOf(process);
    if (groups === undefined) return false;
    const paths = [...groups.values()];
    // In a cgroup namespace of its own the agent sees itself at the root, and nobody else there.
    const isOwn = id === this.#settings.ownContainerId && paths.every((path) => path === '/');
    return isOwn || paths.some((path) => groupOfContainer(path, id) !== undefined);
  }

  #processOf({ id, pid }: ContainerDetails): string | undefined {
    if (pid === undefined) return undefined;
    const processes = this.#settings.procs.map((proc) => `${proc}/${pid}`);
    return processes.find((process) => this.belongs(process, id));
  }

  #groupsOf(process: string): Groups | undefined {
    const text = this.#settings.files.text(`${process}/cgroup`);
    const groups = text === undefined ? undefined : groupsFrom(text);
    return groups?.size === 0 ? undefined : groups;
  }

  #v1(container: ContainerDetails, groups: Groups): Located['group'] | undefined {
    const directories = new Map<V1Controller, string>();
    for (const controller of v1Controllers) {
      const mounts = this.#mounts.filter(({ controllers }) => controllers.includes(controller));
      const directory = this.#directoryIn(mounts, container, groups.get(controller));
      if (directory !== undefined) directories.set(controller, directory);
    }
    return directories.size === 0 ? undefined : { version: 1, directories };
  }

  #v2(container: ContainerDetails, groups: Groups): Located['group'] | undefined {
    const mounts = this.#mounts.filter(({ controllers }) => controllers.length === 0);
    const directory = this.#directoryIn(mounts, container, groups.get(''));
    return directory === undefined ? undefined : { version: 2, directory };
  }

  #directoryIn(
    mounts: readonly CgroupMount[],
    { id, cgroupParent }: ContainerDetails,
    group: string | undefined,
  ): string | undefined {
    const own = group === undefined ? undefined : groupOfContainer(group, id);
    const usual = usualGroups(id, cgroupParent);
    for (const mount of mounts) {
      const seen = own === undefined ? undefined : seenUnder(mount, own);
      const guesses = usual.map((path) => mount.mountPoint + path);
      const directory = [seen, ...guesses].find(
        (path) => path !== undefined && this.#settings.files.isDirectory(path),
      );
      if (directory !== undefined) return directory;
    }
    return undefined;
  }
}

const v1Controllers = Object.keys(v1Files).filter((name): name is V1Controller => name in v1Files);
