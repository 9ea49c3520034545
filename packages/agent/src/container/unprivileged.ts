import { chownSync, lstatSync, statSync } from 'node:fs';

// Runs before anything else is loaded: nothing but Node's own modules is imported here.

/** The user that the image has for the agent, and what that user needs of root first. */
export interface UnprivilegedUser {
  readonly name: string;
  readonly userId: number;
  readonly groupId: number;
  /** Given to the user where it is root's, as a directory of the host is that was mounted there. */
  readonly stateDirectory: string;
  /** Where the engine may listen. The user joins the group of each socket that is there. */
  readonly socketPaths: readonly string[];
}

/**
 * Makes this process, all of its threads, an unprivileged user's for good: it has no capability any more and no
 * way back. Where it is not root it stays who it is. Throws an error that says what the container lacks.
 */
export function becomeUnprivileged(user: UnprivilegedUser): void {
  if (process.getuid?.() !== 0) return;
  giveAway(user);
  const groups = new Set([...givenGroups(), ...user.socketPaths.flatMap(neededGroup)]);
  try {
    process.setgroups?.([...groups]);
    process.setgid?.(user.groupId);
    // Last, as it takes the right to the others away (capabilities(7)); glibc does it on every thread (nptl(7)).
    process.setuid?.(user.userId);
  } catch (cause) {
    const { name, userId, groupId } = user;
    throw new Error(
      `becoming the user ${name}: the container may not change its user (${codeOf(cause)}); allow it (--cap-add SETUID --cap-add SETGID), or start it as that user: --user ${userId}:${groupId} --group-add GID, with the group of the engine's socket`,
      { cause },
    );
  }
}

/** Where Docker says `DOCKER_HOST` is a unix socket, and its own. */
export function engineSockets(dockerHost = process.env.DOCKER_HOST): readonly string[] {
  const named = /^unix:\/\/(\/.*)$/.exec(dockerHost ?? '')?.[1];
  return [...(named === undefined ? [] : [named]), '/var/run/docker.sock'];
}

/** Those of `--group-add`. The group of root is there in any case, and nobody asked for it. */
function givenGroups(): readonly number[] {
  return (process.getgroups?.() ?? []).filter((groupId) => groupId !== 0);
}

/** The group of a socket that only its group and its owner may open. */
function neededGroup(socketPath: string): readonly number[] {
  try {
    const { mode, gid } = statSync(socketPath);
    return isOpenTo(mode, 'others') || !isOpenTo(mode, 'group') ? [] : [gid];
  } catch {
    // None there: the agent says so, and waits for it.
    return [];
  }
}

/** Whether a mode lets them read and write (inode(7)). */
function isOpenTo(mode: number, whom: 'group' | 'others'): boolean {
  const bits = whom === 'group' ? 0o060 : 0o006;
  return (mode & bits) === bits;
}

/** Only the directory itself: what another user has put into it is not the agent's to take. */
function giveAway({ stateDirectory, userId, groupId }: UnprivilegedUser): void {
  try {
    const state = lstatSync(stateDirectory);
    if (state.isDirectory() && state.uid === 0) chownSync(stateDirectory, userId, groupId);
  } catch {
    // Read-only, without CAP_CHOWN, or not there: the agent says what that means when it opens it.
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}
