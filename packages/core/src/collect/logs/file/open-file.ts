import { constants, fstatSync, readSync, realpathSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LogFileError } from '../../../decode/entry.ts';

// Not blocking: should there be a pipe instead, opening it must not wait for a writer.
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** One file of a log, open. While it is, no other file gets its inode. To be closed as often as it was opened or retained. */
export class OpenLogFile {
  readonly path: string;
  readonly inode: string;
  readonly #handle: FileHandle;
  readonly #released: () => void;
  #holders = 1;

  private constructor(path: string, handle: FileHandle, inode: string, released: () => void) {
    this.path = path;
    this.#handle = handle;
    this.inode = inode;
    this.#released = released;
  }

  /**
   * Opens a regular file that no symbolic link leads to. Rejects as `open` does, and with a {@link LogFileError}
   * where it is something else.
   */
  static async open(path: string, released: () => void): Promise<OpenLogFile> {
    const folder = dirname(path);
    if (realpathSync(folder) !== folder)
      throw new LogFileError(`opening ${path}: a symbolic link leads there`);
    const handle = await open(path, flags);
    const stat = fstatSync(handle.fd);
    if (stat.isFile()) return new OpenLogFile(path, handle, inodeOf(stat), released);
    await handle.close();
    throw new LogFileError(`opening ${path}: it is no regular file`);
  }

  /** How long it is now, in bytes. */
  size(): number {
    return fstatSync(this.#handle.fd).size;
  }

  /** Reads into the buffer what stands at a place, and says how many bytes that are: 0 at the end. */
  async read(into: Buffer, at: number): Promise<number> {
    const { bytesRead } = await this.#handle.read(into, 0, into.length, at);
    return bytesRead;
  }

  /** The same without leaving the turn of the event loop: for what was written just now and is in memory. */
  readNow(into: Buffer, at: number): number {
    return readSync(this.#handle.fd, into, 0, into.length, at);
  }

  /** Its bytes from the beginning. */
  stream(): NodeJS.ReadableStream {
    return this.#handle.createReadStream({ start: 0, autoClose: false });
  }

  /** One more that has to close it. */
  retain(): this {
    this.#holders++;
    return this;
  }

  async close(): Promise<void> {
    if (--this.#holders > 0) return;
    this.#released();
    await this.#handle.close();
  }
}

/** Names the file that a path leads to; nothing where there is none. */
export function inodeAt(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && inodeOf(stat);
}

function inodeOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}

/** Whether opening failed because there is no such file. */
export function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
