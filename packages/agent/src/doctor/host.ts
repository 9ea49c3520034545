import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { ownContainerId } from '../engine/own-container.ts';
import type { ExaminedHost } from './examination.ts';

// What Docker and Podman put into each container. A virtual machine made from an image has it too.
const containerMarks = ['/.dockerenv', '/run/.containerenv'];

/** The process as it is. */
export function examinedHost(): ExaminedHost {
  const own = ownContainerId();
  const userId = process.getuid?.() ?? 0;
  const mountinfo = textOf('/proc/self/mountinfo');
  const isMarked = containerMarks.some((path) => existsSync(path));
  return {
    env: process.env,
    userId,
    userName: userNameOf(userId),
    groupIds: [process.getegid?.() ?? 0, ...(process.getgroups?.() ?? [])],
    ownContainerId: own,
    isContainer: own !== undefined || (isMarked && isRootOfImage(mountinfo)),
    mountinfo,
  };
}

/** Whether the root is put together from an image's layers, as none of a machine is. */
function isRootOfImage(mountinfo: string): boolean {
  const roots = mountinfo.split('\n').filter((line) => line.split(' ')[4] === '/');
  return roots.some((line) => / - (overlay|fuse\.fuse-overlayfs|fuse-overlayfs|aufs) /.test(line));
}

/** Its number where it has no name, as `--user 1000` gives it. */
function userNameOf(userId: number): string {
  try {
    return userInfo().username;
  } catch {
    return `${userId}`;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
