import { constants, fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

const { O_NOCTTY, O_NONBLOCK, O_WRONLY } = constants;

/**
 * Opens the pipe or terminal behind a descriptor once more, so that writing to it never blocks. Setting
 * O_NONBLOCK on the descriptor itself, as Node does for `process.stdout`, sets it for every process that shares
 * the pipe: they then fail with EAGAIN. A blocking write in Node's thread pool is no way out either: the process
 * cannot exit before the reader goes on.
 *
 * Absent where there is nothing to gain or to be had: files (a second opening would write at the beginning),
 * sockets, systems without /proc, a pipe of another user, a pipe that nobody reads.
 */
export function ownDescriptor(fd: number): number | undefined {
  if (!isatty(fd) && !fstatSync(fd).isFIFO()) return undefined;
  try {
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return undefined;
  }
}
