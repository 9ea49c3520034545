/**
 * Whether what is written to a path is there after this container is removed, from the text of
 * `/proc/self/mountinfo` (man 5 proc_pid_mountinfo). `path`: absolute, without symbolic links.
 */
export function outlivesContainer(mountinfo: string, path: string): boolean {
  const holding = mountsIn(mountinfo)
    .filter(({ point }) => point === '/' || path === point || path.startsWith(`${point}/`))
    // Of several at one point the last one hides the others.
    .reduce<Mount | undefined>(
      (deepest, mount) =>
        deepest === undefined || mount.point.length >= deepest.point.length ? mount : deepest,
      undefined,
    );
  if (holding === undefined) return true;
  return holding.point !== '/' && !['tmpfs', 'ramfs'].includes(holding.fileSystem);
}

interface Mount {
  readonly point: string;
  /** Its type, such as `ext4`. */
  readonly fileSystem: string;
}

function mountsIn(mountinfo: string): readonly Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [mount = '', source = ''] = line.split(' - ');
    const point = mount.split(' ')[4];
    const fileSystem = source.split(' ')[0];
    return point === undefined || fileSystem === undefined
      ? []
      : [{ point: unescaped(point), fileSystem }];
  });
}

/** Blanks and backslashes are written as three octal digits. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 8)),
  );
}
