import { readFileSync } from 'node:fs';
import { OpenLogFile } from './open-file.ts';

/** As many log files are open as the process can afford; the engine is asked for the others. */
export class TooManyFilesError extends Error {
  override readonly name = 'TooManyFilesError';
}

// The rest is for sockets, the disk queues and what Node itself needs.
const share = 0.5;
const unknownLimit = 1_024;

/** Opens log files, and bounds how many are open at once. */
export class Descriptors {
  readonly #most: number;
  #open = 0;

  /** `limit`: how many files the process may have open; by default what the kernel says. */
  constructor(limit: number = openFilesLimit()) {
    this.#most = Math.floor(limit * share);
  }

  /** Rejects with a {@link TooManyFilesError}, or as {@link OpenLogFile.open} does. */
  async open(path: string): Promise<OpenLogFile> {
    if (this.#open >= this.#most)
      throw new TooManyFilesError(`opening ${path}: ${this.#open} log files are open already`);
    this.#open++;
    try {
      return await OpenLogFile.open(path, () => this.#open--);
    } catch (error) {
      this.#open--;
      throw error;
    }
  }
}

/** The soft limit (`ulimit -n`). */
function openFilesLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? unknownLimit : Number(soft);
  } catch {
    return unknownLimit;
  }
}
