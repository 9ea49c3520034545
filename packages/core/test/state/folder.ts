import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder on the real file system, removed with `using`. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'tallyman-state-'));

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
