import type { Clock } from '@tallyman/sdk';
import { type HostCpu, hostCpuFrom, hostMemoryFrom } from '../../../decode/proc-stat.ts';
import type { KernelFiles } from './kernel-files.ts';

// It counts in hundredths of a second, so within this time it says the same; a large machine needs a while to write it.
const sameForMs = 5;

/** What a sample needs of the host itself. */
export class HostFigures {
  readonly #files: KernelFiles;
  readonly #clock: Clock;
  readonly #procs: readonly string[];
  #cpu: { readonly atMs: number; readonly cpu: HostCpu | undefined } | undefined;
  #memoryBytes: number | undefined;

  /** @param procs where a proc file system may be that shows the host, best first */
  constructor(files: KernelFiles, clock: Clock, procs: readonly string[]) {
    this.#files = files;
    this.#clock = clock;
    this.#procs = procs;
  }

  cpu(): HostCpu | undefined {
    const nowMs = this.#clock.monotonicMs();
    if (this.#cpu === undefined || nowMs - this.#cpu.atMs > sameForMs)
      this.#cpu = { atMs: nowMs, cpu: this.#first('stat', hostCpuFrom) };
    return this.#cpu.cpu;
  }

  /** As the engine, which asks when it starts. */
  memoryBytes(): number | undefined {
    this.#memoryBytes ??= this.#first('meminfo', hostMemoryFrom);
    return this.#memoryBytes;
  }

  #first<T>(name: string, decode: (text: string) => T | undefined): T | undefined {
    for (const proc of this.#procs) {
      const text = this.#files.text(`${proc}/${name}`);
      const figure = text === undefined ? undefined : decode(text);
      if (figure !== undefined) return figure;
    }
    return undefined;
  }
}
