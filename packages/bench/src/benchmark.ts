import type { DockerClient } from '@tallyman/testkit/docker';
import type { Report } from './report.ts';

/** What the command line asks for; a benchmark has defaults of its own for what is absent. */
export interface BenchSettings {
  readonly rounds: number;
  readonly lines: number;
  readonly containers?: number;
  /** Of the window that is measured. */
  readonly seconds?: number;
  readonly minutes?: number;
  /** Only these beside Tallyman; absent: all that are installed. */
  readonly peers?: readonly string[];
  /** `rm`: compares both ways of reading. */
  readonly attach: boolean;
  /** `scale`: the embedded engine, also where the machine could do with a real one. */
  readonly embedded: boolean;
  /** Says what is going on, on standard error. */
  readonly tell: (text: string) => void;
}

export interface Benchmark {
  readonly name: string;
  readonly about: string;
  run(client: DockerClient, settings: BenchSettings): Promise<Report>;
}
