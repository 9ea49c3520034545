import { type Clock, messageOf } from '@tallyman/sdk';
import type { ContainerDetails } from '../../decode/inspect.ts';
import type { ContainerDirectory } from '../containers.ts';
import type { CgroupSource } from './cgroup/source.ts';
import { usedShare } from './pace.ts';
import type { TakeSample } from './taken.ts';
import { untilAnswered } from './until.ts';

// Read in one go, in about a millisecond; then everything else has its turn.
const containersAtOnce = 8;

export interface FileReaderSettings {
  readonly source: Pick<CgroupSource, 'read'>;
  readonly directory: Pick<ContainerDirectory, 'get'>;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Called where a container cannot be read, with the reason; what it begins is waited for. */
  readonly refused: (
    container: ContainerDetails,
    why: string,
    signal: AbortSignal,
  ) => Promise<void> | undefined;
}

/** Reads samples from files, a few containers at a time, spread over the interval. */
export class FileReader {
  readonly #settings: FileReaderSettings;
  readonly #take: TakeSample;
  #isFirst = true;

  constructor(settings: FileReaderSettings, take: TakeSample) {
    this.#settings = settings;
    this.#take = take;
  }

  /** Reads a sample of each; the first time without waits, so that there are some soon. */
  async sweep(
    containers: readonly ContainerDetails[],
    endMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, intervalMs } = this.#settings;
    const slices = Math.ceil(containers.length / containersAtOnce);
    const spacingMs = this.#isFirst ? 0 : (intervalMs * usedShare) / slices;
    this.#isFirst = false;
    const others: Promise<void>[] = [];
    for (let slice = 0; slice < slices; slice++) {
      const from = slice * containersAtOnce;
      for (const { id } of containers.slice(from, from + containersAtOnce)) {
        const asked = this.#read(id, signal);
        if (asked !== undefined) others.push(asked);
      }
      await clock.sleep(spacingMs, signal);
    }
    await untilAnswered(Promise.all(others), endMs, clock, signal);
  }

  #read(id: string, signal: AbortSignal): Promise<void> | undefined {
    const { source, directory, refused } = this.#settings;
    // The sweep is as long as the interval: what was known at its beginning may be of a run that is over.
    const container = directory.get(id);
    if (container === undefined || !container.isRunning) return undefined;
    try {
      const reading = source.read(container);
      if (reading.kind === 'unreadable') return refused(container, reading.why, signal);
      this.#take(container, { source: 'cgroup', sample: reading.sample });
      return undefined;
    } catch (error) {
      // One container must not end the sweep of all.
      return refused(container, messageOf(error), signal);
    }
  }
}
