import type { Clock } from '@tallyman/sdk';
import { LogFileError } from '../../../decode/entry.ts';
import type { ContainerDetails } from '../../../decode/inspect.ts';
import { timeOfNanos } from '../../../decode/timestamp.ts';
import type { Diagnostics } from '../../../vitals/log.ts';
import type { ContainerDirectory } from '../../containers.ts';
import type { LogQuery } from '../../engine.ts';
import type { LogBytes, LogOwner, LogStore } from '../store.ts';
import { blocksOf, handOver, segmentBlocks, type Take } from './blocks.ts';
import { closeAll, openChain, type Segment } from './chain.ts';
import { Descriptors } from './descriptors.ts';
import { type FollowerSettings, LogFollower } from './follower.ts';
import { Holds } from './holds.ts';
import { isMissing } from './open-file.ts';
import { type LogPath, logPathOf } from './path.ts';
import { type FilePlace, tailOf } from './tail.ts';
import { ReadTurns } from './turns.ts';
import { FolderWatches } from './watches.ts';

export interface FileLogsSettings {
  /** The engine's root directory (`DockerRootDir`), as this process sees it. */
  readonly root: string;
  readonly directory: Pick<ContainerDirectory, 'get'>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Diagnostics;
}

const attempts = 3;

/** Logs as the engine's drivers `json-file` and `local` keep them, rotated and compressed files included. */
export class FileLogs implements LogStore {
  readonly #settings: FileLogsSettings;
  readonly #descriptors = new Descriptors();
  readonly #turns: ReadTurns;
  readonly #watches: FolderWatches;
  readonly #holds: Holds;
  readonly #followers = new Map<string, Set<LogFollower>>();

  constructor(settings: FileLogsSettings) {
    this.#settings = settings;
    this.#turns = new ReadTurns(settings.clock);
    this.#watches = new FolderWatches(settings.log);
    this.#holds = new Holds(this.#descriptors, this.#watches);
  }

  /** Where the log is, if it is a file. */
  pathOf(container: LogOwner): LogPath | undefined {
    return logPathOf(this.#settings.root, container);
  }

  /** Whether the log of a container is open although nobody reads it yet. */
  holds(id: string): boolean {
    return this.#holds.has(id);
  }

  /** A container that will be started in a moment. */
  created(id: string): void {
    const where = logPathOf(this.#settings.root, { id, logDriver: 'json-file' });
    if (where !== undefined) this.#holds.created(id, where.path);
  }

  changed({ id, isRemovedOnExit }: ContainerDetails): void {
    for (const follower of this.#followers.get(id) ?? []) follower.touch();
    if (!isRemovedOnExit) this.#holds.drop(id);
  }

  gone(id: string): void {
    for (const follower of this.#followers.get(id) ?? []) follower.touch();
  }

  /** The container is forgotten. */
  forget(id: string): void {
    this.#holds.drop(id);
  }

  /** Nothing is read any more. */
  stop(): void {
    this.#holds.dropAll();
  }

  /** Rejects with a {@link LogFileError}, `TooManyFilesError`, or as `open` does. */
  async read(container: LogOwner, query: LogQuery, signal: AbortSignal): Promise<LogBytes> {
    const where = this.pathOf(container);
    if (where === undefined)
      throw new LogFileError(`reading a log: the driver ${container.logDriver} keeps no file`);
    const isOver = this.#endOf(container.id);
    const { chain, place } = await this.#placed(container.id, where, query);
    if (signal.aborted) await closeAll(chain);
    signal.throwIfAborted();
    // Whoever follows has the file open as long as it takes.
    if (query.follow) this.#holds.drop(container.id);
    const from = fromOf(query);
    return {
      syntax: where.syntax,
      ...(from === undefined ? {} : { from }),
      pump: (take) => this.#pump({ container, where, chain, place, query, isOver }, take, signal),
    };
  }

  /** The files, and where in them to begin. An entry that is being written may be seen in part: then it is tried again. */
  async #placed(
    id: string,
    where: LogPath,
    { tail }: LogQuery,
  ): Promise<Pick<Reading, 'chain' | 'place'>> {
    for (let attempt = 1; ; attempt++) {
      const chain = await this.#opened(id, where);
      try {
        const beginning = { index: 0, offset: 0 };
        const place = tail === undefined ? beginning : await tailOf(chain, tail, where.syntax);
        return { chain, place };
      } catch (error) {
        await closeAll(chain);
        if (attempt === attempts || !(error instanceof LogFileError)) throw error;
      }
    }
  }

  async #pump(reading: Reading, take: Take, signal: AbortSignal): Promise<void> {
    const { chain, place, where, query } = reading;
    const current = chain.at(-1);
    const following = current?.file.retain();
    let follower: LogFollower | undefined;
    try {
      await readSegments(chain, place, { take, signal });
      if (current === undefined || following === undefined || !query.follow) return;
      const begin =
        place.index === chain.length - 1 ? Math.max(place.offset, current.size) : current.size;
      follower = new LogFollower(where.path, following, begin, this.#followerSettings(reading));
    } finally {
      await closeAll(chain);
      if (follower === undefined) await following?.close();
    }
    const active = follower;
    await this.#followed(reading.container.id, active, () => active.pump(take, signal));
  }

  async #followed(id: string, follower: LogFollower, pump: () => Promise<void>): Promise<void> {
    const followers = this.#followers.get(id) ?? new Set();
    this.#followers.set(id, followers.add(follower));
    try {
      await pump();
    } finally {
      followers.delete(follower);
      if (followers.size === 0) this.#followers.delete(id);
    }
  }

  #followerSettings({ container, isOver }: Reading): FollowerSettings {
    return {
      ...this.#settings,
      // Of a file that is deleted nobody could say what came behind it, had nobody watched.
      polling: container.keepsFullLogFiles === true ? 'allowed' : 'never',
      descriptors: this.#descriptors,
      turns: this.#turns,
      watches: this.#watches,
      isOver,
    };
  }

  /** The file of a container that is removed already may have been opened in time. */
  async #opened(id: string, { path }: LogPath): Promise<Segment[]> {
    try {
      return await openChain(path, this.#descriptors);
    } catch (error) {
      const held = isMissing(error) ? this.#holds.get(id) : undefined;
      if (held === undefined) throw error;
      return [{ file: held, isCompressed: false, size: held.size() }];
    }
  }

  /** Whether the run that is known now is over, at any later moment. */
  #endOf(id: string): () => boolean {
    const { directory } = this.#settings;
    const finishedBefore = directory.get(id)?.finishedAt;
    return () => {
      const now = directory.get(id);
      return now === undefined || !now.isRunning || now.finishedAt !== finishedBefore;
    };
  }
}

interface Reading {
  readonly container: LogOwner;
  readonly where: LogPath;
  readonly chain: readonly Segment[];
  readonly place: FilePlace;
  readonly query: LogQuery;
  readonly isOver: () => boolean;
}

/** Hands over what the files had when they were opened, from a place on. */
async function readSegments(
  chain: readonly Segment[],
  { index, offset }: FilePlace,
  { take, signal }: { readonly take: Take; readonly signal: AbortSignal },
): Promise<void> {
  for (const [number, segment] of chain.entries()) {
    if (number < index) continue;
    const skipped = number === index ? offset : 0;
    // Compressed bytes can be left out only behind their decompression.
    if (segment.isCompressed) await handOver(segmentBlocks(segment), take, signal, skipped);
    else await handOver(blocksOf(segment.file, skipped, segment.size), take, signal);
  }
}

/** `since` as a time of the log. */
function fromOf({ since }: LogQuery): string | undefined {
  if (since === undefined) return undefined;
  const [seconds = '0', fraction = ''] = since.split('.');
  return timeOfNanos(BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0')));
}
