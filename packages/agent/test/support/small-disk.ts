import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { types } from 'node:util';

const blockBytes = 4_096;

/** Whether this process may mount file systems. */
export function canMount(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;
}

/** A file system of its own, so small that it fills up. Needs root. To be held with `using`. */
export class SmallDisk implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'tallyman-disk-'));
  readonly #ballast = join(this.path, 'ballast');

  constructor(bytes: number) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tallyman-test', this.path]);
  }

  /** Leaves no byte free. */
  fill(): void {
    const file = openSync(this.#ballast, 'a');
    try {
      for (;;) writeSync(file, Buffer.alloc(blockBytes));
    } catch (error) {
      // Also that of another realm.
      if (!(types.isNativeError(error) && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Gives back what {@link fill} took. */
  relieve(): void {
    rmSync(this.#ballast, { force: true });
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }
}
