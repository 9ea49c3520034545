import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@tallyman/sdk';
import { type FileVersions, versionOf } from '../config/file-version.ts';

export interface ConfigWatchSettings {
  readonly clock: Clock;
  /** Called when the files are not as they were read, and have stood still for a moment. */
  readonly changed: () => void;
}

// A file that is written in place is half there for a moment.
const stillMs = 200;
// Where the kernel tells nothing: of a single file mounted into a container, of what a link in another folder leads
// to, and of network file systems.
const lookMs = 2_000;

/**
 * Watches the files of a configuration: their folders, as editors and mounts replace files by renaming, and besides
 * the files themselves, every two seconds.
 */
export class ConfigWatch implements Disposable {
  readonly #settings: ConfigWatchSettings;
  readonly #folders = new Map<string, FSWatcher>();
  /** As they were read, or told of last. */
  #known: FileVersions = new Map();
  /** As they were at the last look, where that was not as they are known. */
  #seen: FileVersions | undefined;
  #next: { readonly isSoon: boolean; readonly cancel: () => void } | undefined;
  #isOver = false;

  constructor(settings: ConfigWatchSettings) {
    this.#settings = settings;
  }

  /** From now on it is these, in the versions that were read. */
  follow(files: FileVersions): void {
    if (this.#isOver) return;
    this.#known = new Map(files);
    this.#seen = undefined;
    this.#watchFolders();
    this.#lookIn(lookMs);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#next?.cancel();
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #look(): void {
    this.#watchFolders();
    const present = new Map([...this.#known.keys()].map((path) => [path, versionOf(path)]));
    const isKnown = isDeepStrictEqual(present, this.#known);
    const isStill = isDeepStrictEqual(present, this.#seen);
    this.#seen = isKnown ? undefined : present;
    this.#lookIn(isKnown || isStill ? lookMs : stillMs);
    if (isKnown || !isStill) return;
    this.#known = present;
    this.#settings.changed();
  }

  #lookIn(ms: number): void {
    this.#next?.cancel();
    const cancel = this.#settings.clock.after(ms, () => this.#look());
    this.#next = { isSoon: ms === stillMs, cancel };
  }

  #watchFolders(): void {
    const wanted = new Set([...this.#known.keys()].map((path) => dirname(path)));
    for (const [folder, watcher] of this.#folders)
      if (!wanted.has(folder)) this.#leave(folder, watcher);
    for (const folder of wanted) if (!this.#folders.has(folder)) this.#watchFolder(folder);
  }

  #watchFolder(folder: string): void {
    try {
      const onEvent = () => {
        if (!this.#isOver && this.#next?.isSoon === false) this.#lookIn(stillMs);
      };
      const watcher = watch(folder, { persistent: false }, onEvent);
      watcher.on('error', () => this.#leave(folder, watcher));
      this.#folders.set(folder, watcher);
    } catch {
      // It is not there, or the host's watches are used up: the next look tries again.
    }
  }

  #leave(folder: string, watcher: FSWatcher): void {
    watcher.close();
    if (this.#folders.get(folder) === watcher) this.#folders.delete(folder);
  }
}
