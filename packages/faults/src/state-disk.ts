import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const sizeMiB = 128;
const pieceBytes = 256 * 1024;

/** A small file system of its own for the agent's state, so that it can be filled. */
export class StateDisk implements Disposable {
  readonly folder: string;
  /** Whether it is one: only root may mount. */
  readonly isOwn: boolean;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    const mount = ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=0700`, 'tmpfs', folder];
    this.isOwn = process.getuid?.() === 0 && spawnSync('mount', mount).status === 0;
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  /** Leaves not a byte free; how many were taken. */
  fill(): number {
    if (!this.isOwn) return 0;
    let taken = 0;
    const file = openSync(this.#ballast, 'a');
    try {
      for (let bytes = Buffer.alloc(pieceBytes, 1); bytes.length > 0; ) {
        const written = tryWriting(file, bytes);
        taken += written;
        if (written === 0) bytes = bytes.subarray(0, Math.floor(bytes.length / 2));
      }
    } finally {
      closeSync(file);
    }
    return taken;
  }

  empty(): void {
    rmSync(this.#ballast, { force: true });
  }

  [Symbol.dispose](): void {
    if (this.isOwn) spawnSync('umount', ['--lazy', this.folder]);
  }

  get #ballast(): string {
    return join(this.folder, 'ballast');
  }
}

function tryWriting(file: number, bytes: Buffer): number {
  try {
    return writeSync(file, bytes);
  } catch {
    return 0; // ENOSPC
  }
}
