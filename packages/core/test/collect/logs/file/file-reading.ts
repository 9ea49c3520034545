import { systemClock } from '@tallyman/sdk';
import type { LogQuery } from '../../../../src/collect/engine.ts';
import { FileLogs } from '../../../../src/collect/logs/file/file-logs.ts';
import type { ContainerDetails } from '../../../../src/decode/inspect.ts';
import { LogSource } from '../../../../src/decode/log.ts';
import { LogDecoder } from '../../../../src/decode/log-decoder.ts';
import { timeAt } from '../../../decode/bytes.ts';
import { logInto, type Said } from '../../../ship/lane-under-test.ts';
import type { WrittenFolder } from './written-folder.ts';

const origin = { host: '', container: { id: '', name: '', image: '' }, fields: {} };

/** The log files of a folder, and what the engine says of the container. */
export class FileReading {
  readonly logs: FileLogs;
  readonly said: Said[] = [];
  readonly #folder: WrittenFolder;
  state: Pick<ContainerDetails, 'isRunning' | 'finishedAt'> | undefined = { isRunning: true };

  constructor(folder: WrittenFolder) {
    this.#folder = folder;
    this.logs = new FileLogs({
      root: folder.root,
      directory: { get: () => this.#details() },
      clock: systemClock,
      random: () => 0.5,
      log: logInto(this.said),
    });
  }

  /** All lines that one reading gives. */
  async lines(query: Partial<LogQuery> = {}): Promise<string[]> {
    const lines: string[] = [];
    await this.into(lines, query);
    return lines;
  }

  /** Adds what comes, each block once `ready` lets it pass; resolves at the reading's end. */
  async into(
    lines: string[],
    query: Partial<LogQuery>,
    ready?: () => Promise<void>,
    signal = AbortSignal.timeout(20_000),
  ): Promise<void> {
    const bytes = await this.logs.read(this.#folder.container, { follow: false, ...query }, signal);
    const decoder = new LogDecoder({
      tty: false,
      maxLineBytes: 1_000_000,
      source: (stream) => new LogSource(origin, stream),
      fallbackTime: timeAt(0),
    });
    decoder.reads(bytes);
    await bytes.pump((block) => {
      for (const { records } of decoder.write(block))
        lines.push(...Array.from(records, ({ message }) => message));
      return ready?.();
    });
  }

  /** The container stopped, and the agent knows. */
  stop(): void {
    this.state = { isRunning: false, finishedAt: timeAt(1) };
    this.tell();
  }

  tell(): void {
    const details = this.#details();
    if (details !== undefined) this.logs.changed(details);
    else this.logs.gone(this.#folder.id);
  }

  #details(): ContainerDetails | undefined {
    if (this.state === undefined) return undefined;
    return {
      ...this.#folder.container,
      image: '',
      labels: {},
      isRemovedOnExit: false,
      status: this.state.isRunning ? 'running' : 'exited',
      startedAt: timeAt(0),
      restartCount: 0,
      oomKilled: false,
      cgroupParent: '',
      network: { mode: 'none', endpoints: 0, interfaceNames: [] },
      ...this.state,
    };
  }
}
