import { closeSync, openSync, readSync, statSync } from 'node:fs';

const usualBytes = 64 * 1024;
/** No file of these is longer; what is longer is not one of them. */
const longestBytes = 4 * 1024 * 1024;

/**
 * Reads the small files that the kernel writes as they are read. They are read where the caller stands, without
 * the thread pool: the kernel has the content at hand, and 13 files of a container take 0.11 ms like this, 0.14 ms
 * with `readFileSync`, and 0.46 ms, at six times the CPU time, with `fs.promises` (measured, Node 24, two cores).
 * Files are not kept open. That would save 0.07 ms, and cost 13 descriptors for each container, which also
 * keep alive the network namespace of one that has ended.
 */
export class KernelFiles {
  #buffer = Buffer.allocUnsafeSlow(usualBytes);

  /** The text of a file; nothing where it is not there, may not be read, or is gone while it is read. */
  text(path: string): string | undefined {
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch {
      return undefined;
    }
    try {
      return this.#textOf(file);
    } catch {
      return undefined;
    } finally {
      closeSync(file);
    }
  }

  isDirectory(path: string): boolean {
    try {
      return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    } catch {
      return false;
    }
  }

  // The kernel may give less than is asked for although more follows; the end is where it gives nothing.
  #textOf(file: number): string | undefined {
    let length = 0;
    while (true) {
      const bytes = readSync(file, this.#buffer, length, this.#buffer.length - length, null);
      if (bytes === 0) return this.#buffer.toString('latin1', 0, length);
      length += bytes;
      if (length === this.#buffer.length && !this.#grow()) return undefined;
    }
  }

  #grow(): boolean {
    if (this.#buffer.length >= longestBytes) return false;
    this.#buffer = Buffer.concat([this.#buffer], this.#buffer.length * 2);
    return true;
  }
}
