/**
 * The id of the container this process runs in, from the text of `/proc/self/mountinfo`; nothing outside of
 * one. The engine mounts `…/containers/ID/hostname` and its siblings into every container (moby
 * container/container_unix.go; Podman: …/overlay-containers/ID/userdata/hostname). HOSTNAME says whatever
 * `--hostname` or `--network host` made of it.
 */
export function containerIdFrom(mountinfo: string): string | undefined {
  for (const line of mountinfo.split('\n')) {
    const [, , , root = '', mountPoint = ''] = line.split(' ');
    if (!/^\/etc\/(hostname|hosts|resolv\.conf)$/.test(mountPoint)) continue;
    const id = /(?:containers|sandboxes)\/([0-9a-f]{64})\//.exec(root)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}
