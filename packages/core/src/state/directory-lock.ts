import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, readdir, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '@tallyman/sdk';
import { closed, holderOf, listenOn } from './lock-socket.ts';
import { type LockHolder, StateLockedError } from './state-error.ts';
import { codeOf } from './system-error.ts';

const lockName = /^lock\.(\d{1,15})$/;
const candidateName = /^candidate\.[0-9a-f]{16}$/;

// sockaddr_un.sun_path has 108 bytes (man 7 unix); the names below the directory take up to 30 of them.
const longestPathBytes = 75;

/**
 * Keeps a directory to one process. The holder listens on a socket in it: that ends with the process however
 * it ends, and says so to processes of other containers too, where a pid says nothing.
 *
 * The sockets are numbered. Who finds the highest dead makes the next one, by a hard link that only one
 * can make, of a socket that already listens. Numbers never come back, since the highest is never removed:
 * who was late with a lower one finds the higher one and withdraws. So nobody ever removes a lock to take it.
 */
export class DirectoryLock {
  readonly #server: Server;
  readonly #directory: FileHandle;

  private constructor(server: Server, directory: FileHandle) {
    this.#server = server;
    this.#directory = directory;
  }

  /**
   * Takes the lock. Throws {@link StateLockedError} where it is held, and the system's error where the file
   * system has no sockets or no hard links.
   */
  static async take(path: string, clock: Clock): Promise<DirectoryLock> {
    const directory = await open(path, 'r');
    try {
      const inside = insideOf(path, directory);
      for (;;) {
        const server = await attempt({ path, inside, clock });
        if (server !== undefined) return new DirectoryLock(server, directory);
      }
    } catch (error) {
      await directory.close();
      throw error;
    }
  }

  /** Lets the next one in. */
  async release(): Promise<void> {
    if (this.#server.listening) {
      await closed(this.#server);
      await this.#directory.close();
    }
  }
}

/** Who holds a directory's lock; nothing where nobody does. Takes and changes nothing. */
export async function lockHolder(path: string, clock: Clock): Promise<LockHolder | undefined> {
  const directory = await open(path, 'r');
  try {
    const highest = await highestIn(path);
    const inside = insideOf(path, directory);
    const holder = await holderOf(join(inside, `lock.${highest}`), clock);
    return typeof holder === 'string' ? undefined : holder;
  } finally {
    await directory.close();
  }
}

/** The directory, short enough for the address of a socket. */
function insideOf(path: string, directory: FileHandle): string {
  return Buffer.byteLength(path) > longestPathBytes ? `/proc/self/fd/${directory.fd}` : path;
}

interface Place {
  /** The directory, as it is known. */
  readonly path: string;
  /** The same, short enough for the address of a socket. */
  readonly inside: string;
  readonly clock: Clock;
}

/** Resolves to nothing where another one was quicker, and things have to be looked at anew. */
async function attempt({ path, inside, clock }: Place): Promise<Server | undefined> {
  const highest = await highestIn(path);
  if (highest > 0) {
    const holder = await holderOf(join(inside, `lock.${highest}`), clock);
    if (holder === 'gone') return undefined;
    if (holder !== 'dead') throw new StateLockedError(path, holder);
  }
  const own = highest + 1;
  const server = await linked({ path, inside, clock }, `lock.${own}`);
  if (server === undefined) return undefined;
  if ((await highestIn(path)) > own) {
    await rm(join(path, `lock.${own}`), { force: true });
    await closed(server);
    return undefined;
  }
  // What is left lying there harms nobody.
  await tidy({ path, inside, clock }, own).catch(() => undefined);
  return server;
}

/** A socket of this name that listens; nothing where there is one already. */
async function linked({ path, inside }: Place, name: string): Promise<Server | undefined> {
  const candidate = `candidate.${randomBytes(8).toString('hex')}`;
  const server = await listenOn(join(inside, candidate));
  try {
    await link(join(path, candidate), join(path, name));
    return server;
  } catch (error) {
    await closed(server);
    // ENOENT: the holder has tidied the candidate away.
    if (['EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  } finally {
    await rm(join(path, candidate), { force: true });
  }
}

async function highestIn(path: string): Promise<number> {
  const numbers = (await readdir(path)).map((name) => Number(lockName.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** Removes what earlier holders left. The one before stays a while, so that no listing misses both it and the next. */
async function tidy({ path, inside, clock }: Place, own: number): Promise<void> {
  for (const name of await readdir(path)) {
    const number = Number(lockName.exec(name)?.[1] ?? own);
    const isOld = number < own - 1;
    const isLeft =
      candidateName.test(name) && (await holderOf(join(inside, name), clock)) === 'dead';
    if (isOld || isLeft) await rm(join(path, name), { force: true });
  }
}
