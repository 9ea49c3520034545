import { type FSWatcher, watch } from 'node:fs';
import { messageOf } from '@tallyman/sdk';
import type { Diagnostics } from '../../../vitals/log.ts';
import { isMissing } from './open-file.ts';

/** Something happened to a file of the folder: it was written to, or it came, went or was renamed. */
export type Noticed = (event: 'change' | 'rename', name: string) => void;

/** A folder that is watched. */
export interface Watch {
  /** False where the kernel tells of nothing: then the file has to be asked. */
  readonly isTold: boolean;
  stop(): void;
}

/** Watches folders. All of a process share one inotify instance; each takes one watch (`fs.inotify.max_user_watches`). */
export class FolderWatches {
  readonly #log: Diagnostics;
  #hasWarned = false;

  constructor(log: Diagnostics) {
    this.#log = log;
  }

  /** Watches until stopped. Never throws: what cannot be watched is polled. */
  watch(folder: string, noticed: Noticed): Watch {
    const state = { isTold: true, stop: () => {} };
    const failed = (error: unknown) => {
      state.isTold = false;
      state.stop();
      this.#warn(folder, error);
    };
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        if (name !== null) noticed(event, name);
      });
      state.stop = () => stopped(watcher);
      watcher.on('error', failed);
    } catch (error) {
      failed(error);
    }
    return state;
  }

  #warn(folder: string, error: unknown): void {
    if (this.#hasWarned || isMissing(error)) return;
    this.#hasWarned = true;
    this.#log.warn(
      { folder, error: messageOf(error) },
      'Log files cannot be watched, they are polled four times a second; raise fs.inotify.max_user_watches if it is used up.',
    );
  }
}

function stopped(watcher: FSWatcher): void {
  watcher.removeAllListeners('change');
  watcher.close();
}
