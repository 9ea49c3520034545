/** Where a file system of control groups is mounted. */
export interface CgroupMount {
  readonly mountPoint: string;
  /** The group that is seen there, as a path from the root of the reader's cgroup namespace; it may begin with `..`. */
  readonly root: string;
  /** Of cgroup v1; none is cgroup v2. */
  readonly controllers: readonly string[];
}

/** The cgroup mounts in the text of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export function cgroupMountsFrom(mountinfo: string): readonly CgroupMount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [mount = '', source = ''] = line.split(' - ');
    const [, , , root = '', mountPoint = ''] = mount.split(' ').map(unescaped);
    const [type, , options = ''] = source.split(' ');
    if (!root.startsWith('/') || !mountPoint.startsWith('/')) return [];
    if (type === 'cgroup2') return [{ mountPoint, root, controllers: [] }];
    return type === 'cgroup' ? [{ mountPoint, root, controllers: options.split(',') }] : [];
  });
}

// The kernel writes blanks and backslashes in paths as octal numbers.
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** The group of a process by controller, from the text of /proc/PID/cgroup; that of cgroup v2 is under the empty name. */
export function groupsFrom(text: string): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers = '', path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path !== undefined) for (const name of controllers.split(',')) groups.set(name, path);
  }
  return groups;
}

/** The container's own group in the path of one of its processes, which may be in a group below it. */
export function groupOfContainer(path: string, id: string): string | undefined {
  const parts = path.split('/');
  const at = parts.findIndex((part) => part.includes(id));
  return at < 0 ? undefined : parts.slice(0, at + 1).join('/');
}

/**
 * Where a group is seen under a mount. Nothing where it lies outside of what is mounted. Both paths are from the
 * root of the same namespace, so where both begin with `..`, these are the same groups.
 */
export function seenUnder({ mountPoint, root }: CgroupMount, path: string): string | undefined {
  const below =
    root === '/' ? path : path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
  return below === undefined || below.split('/').includes('..') ? undefined : mountPoint + below;
}

/**
 * Where engines put the group of a container, from the root of the host: Docker with the cgroupfs and the
 * systemd driver (moby daemon/oci_linux.go, WithCgroups), Podman with either.
 *
 * @param parent what `--cgroup-parent` of the container says; empty where nothing
 */
export function usualGroups(id: string, parent: string): readonly string[] {
  if (parent.split('/').includes('..')) return [];
  if (parent === '')
    return [
      `/docker/${id}`,
      `/system.slice/docker-${id}.scope`,
      `/machine.slice/libpod-${id}.scope`,
      `/libpod_parent/libpod-${id}`,
    ];
  const names = parent.endsWith('.slice') ? nestedSlice(parent) : parent.split('/').filter(Boolean);
  const above = names.map((name) => `/${name}`).join('');
  const ends = [id, `docker-${id}.scope`, `libpod-${id}.scope`, `libpod-${id}`];
  return ends.map((end) => `${above}/${end}`);
}

/** `a-b.slice` lies in `a.slice` (systemd.slice(5)). */
function nestedSlice(name: string): readonly string[] {
  const words = (name.split('/').at(-1) ?? '').replace(/\.slice$/, '').split('-');
  return words.map((_, index) => `${words.slice(0, index + 1).join('-')}.slice`);
}
