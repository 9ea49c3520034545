import {
  constants,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  statfs,
  unlink,
} from 'node:fs/promises';
import { join } from 'node:path';

/** What the spool needs of a file system. Everything may reject with an error that has a `code`. */
export interface Disk {
  /** Makes the directory, and those above it, for its owner alone. */
  makeDirectory(path: string): Promise<void>;
  list(directory: string): Promise<DirectoryItem[]>;
  /** `create`: it must not be there yet. `update`: for writing, whether it is there or not. */
  open(path: string, mode: 'read' | 'create' | 'update'): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** What was made, renamed and removed in the directory survives a power cut. */
  syncDirectory(path: string): Promise<void>;
  /** Of the file system that the path is on. */
  space(path: string): Promise<DiskSpace>;
}

export interface DirectoryItem {
  readonly name: string;
  readonly isFile: boolean;
  /** 0 of what is no file. */
  readonly bytes: number;
}

export interface DiskSpace {
  /** Bytes that may be written. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface DiskFile {
  /** Fills the buffer from `position`, up to the end of the file. Returns how many bytes there were. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** Writes all of it, one behind the other. Where it rejects, any part of it may be there. */
  write(chunks: readonly Uint8Array[], position: number): Promise<void>;
  /** What was written survives a power cut. */
  datasync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
// A name that leads elsewhere is not followed, and a pipe does not hold the spool up.
const flags = {
  read: O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
  create: O_RDWR | O_CREAT | O_EXCL,
  update: O_RDWR | O_CREAT | O_NOFOLLOW,
};
const [directoryMode, fileMode] = [0o700, 0o600];

/** The machine's own. */
export const realDisk: Disk = {
  async makeDirectory(path) {
    await mkdir(path, { recursive: true, mode: directoryMode });
  },
  async list(directory) {
    const names = await readdir(directory);
    return Promise.all(names.map((name) => itemAt(directory, name)));
  },
  open: async (path, mode) => new RealFile(await open(path, flags[mode], fileMode)),
  rename,
  unlink,
  async syncDirectory(path) {
    const directory = await open(path, O_RDONLY);
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
  async space(path) {
    const { bavail, blocks, bsize } = await statfs(path);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  },
};

async function itemAt(directory: string, name: string): Promise<DirectoryItem> {
  try {
    const found = await lstat(join(directory, name));
    return { name, isFile: found.isFile(), bytes: found.isFile() ? found.size : 0 };
  } catch {
    // Gone, or not to be looked at: it is there by name alone.
    return { name, isFile: false, bytes: 0 };
  }
}

class RealFile implements DiskFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    let length = 0;
    while (length < target.length) {
      const rest = target.length - length;
      const { bytesRead } = await this.#handle.read(target, length, rest, position + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return length;
  }

  async write(chunks: readonly Uint8Array[], position: number): Promise<void> {
    let left = [...chunks];
    let at = position;
    while (left.length > 0) {
      // On a disk that fills up, the kernel first takes what fits.
      const { bytesWritten } = await this.#handle.writev(left, at);
      at += bytesWritten;
      left = withoutFirst(left, bytesWritten);
    }
  }

  datasync(): Promise<void> {
    return this.#handle.datasync();
  }

  truncate(bytes: number): Promise<void> {
    return this.#handle.truncate(bytes);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

function withoutFirst(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = 0;
  let first = 0;
  for (const chunk of chunks) {
    if (skipped + chunk.length > bytes) break;
    skipped += chunk.length;
    first += 1;
  }
  const [cut, ...rest] = chunks.slice(first);
  return cut === undefined ? [] : [cut.subarray(bytes - skipped), ...rest];
}
