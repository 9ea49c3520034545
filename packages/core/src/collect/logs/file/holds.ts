import { basename, dirname } from 'node:path';
import type { Descriptors } from './descriptors.ts';
import type { OpenLogFile } from './open-file.ts';
import type { FolderWatches, Watch } from './watches.ts';

interface Hold {
  readonly watch: Watch;
  file?: OpenLogFile;
  isDropped: boolean;
}

// So many containers that were created and not read yet.
const mostHolds = 256;

/**
 * Opens the log of a container in the moment in which the engine tells of its creation, before it is asked what it
 * is: one that removes itself and lives for 50 ms may be gone by then, and its log with it.
 */
export class Holds {
  readonly #descriptors: Descriptors;
  readonly #watches: FolderWatches;
  readonly #holds = new Map<string, Hold>();

  constructor(descriptors: Descriptors, watches: FolderWatches) {
    this.#descriptors = descriptors;
    this.#watches = watches;
  }

  /** Whether the container's log was opened. */
  has(id: string): boolean {
    return this.#holds.get(id)?.file !== undefined;
  }

  /** The container's log, to be closed by whoever asks. */
  get(id: string): OpenLogFile | undefined {
    return this.#holds.get(id)?.file?.retain();
  }

  /** A container that was created: nothing else is known of it. */
  created(id: string, path: string): void {
    if (this.#holds.has(id)) return;
    const [oldest] = this.#holds.size >= mostHolds ? this.#holds.keys() : [];
    if (oldest !== undefined) this.drop(oldest);
    const hold: Hold = {
      watch: this.#watches.watch(dirname(path), (_, name) => {
        if (name === basename(path)) void this.#open(hold, path);
      }),
      isDropped: false,
    };
    this.#holds.set(id, hold);
    // It may be there already.
    void this.#open(hold, path);
  }

  drop(id: string): void {
    const hold = this.#holds.get(id);
    if (hold === undefined) return;
    this.#holds.delete(id);
    hold.isDropped = true;
    hold.watch.stop();
    void hold.file?.close();
  }

  dropAll(): void {
    for (const id of this.#holds.keys()) this.drop(id);
  }

  async #open(hold: Hold, path: string): Promise<void> {
    if (hold.file !== undefined || hold.isDropped) return;
    const file = await this.#descriptors.open(path).catch(() => undefined);
    if (file === undefined) return;
    hold.watch.stop();
    if (hold.isDropped || hold.file !== undefined) await file.close();
    else hold.file = file;
  }
}
