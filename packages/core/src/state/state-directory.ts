import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Clock, messageOf } from '@tallyman/sdk';
import { openSpool } from '../ship/spool/disk-spool.ts';
import { SpoolSpace } from '../ship/spool/spool-space.ts';
import type { Diagnostics } from '../vitals/log.ts';
import { type ReplaceFile, replaceFile } from './atomic-file.ts';
import { readBirth, writeBirth } from './birth.ts';
import { DirectoryLock } from './directory-lock.ts';
import { DiskLane, type OpenSpool } from './disk-lane.ts';
import { bytesIn, laneFolder, laneOfFolder } from './lane-folder.ts';
import type { LaneState } from './lane-state.ts';
import { StateError, StateLockedError } from './state-error.ts';
import { codeOf, isFull } from './system-error.ts';

export interface StateDirectorySettings {
  readonly path: string;
  /** Bound on the spools of all lanes together. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly log: Diagnostics;
  /** Absent: {@link openSpool}. */
  readonly openSpool?: OpenSpool;
  /** Absent: {@link replaceFile}. */
  readonly replaceFile?: ReplaceFile;
}

/** A lane that keeps its state in the directory. */
export interface StoredLane {
  /** Its sink's name. */
  readonly name: string;
  /** Bound on what it may hold on disk. 0: it holds in memory alone. */
  readonly diskBytes: number;
}

/**
 * What survives the process: `tallyman.json` (the directory's birth), and by lane `lanes/NAME/positions.json`
 * (how far each log is settled) and `lanes/NAME/spool/` (what waits for delivery). One process has it at a time.
 */
export class StateDirectory {
  readonly path: string;
  readonly #settings: StateDirectorySettings;
  readonly #lock: DirectoryLock | undefined;
  readonly #space: SpoolSpace;
  #bornAt: string | undefined;
  readonly #lanes = new Map<string, DiskLane>();
  #closing: Promise<void> | undefined;

  private constructor(
    settings: StateDirectorySettings,
    lock: DirectoryLock | undefined,
    bornAt: string | undefined,
  ) {
    this.path = settings.path;
    this.#settings = settings;
    this.#lock = lock;
    this.#bornAt = bornAt;
    const { path: directory, maxBytes, clock } = settings;
    this.#space = new SpoolSpace({ directory, maxBytes, clock });
  }

  /**
   * Makes the directory where it is missing, sees that it can be written, and takes its lock. Throws
   * {@link StateError} and {@link StateLockedError}.
   */
  static async open(given: StateDirectorySettings): Promise<StateDirectory> {
    const settings = { ...given, path: resolve(given.path) };
    await madeWritable(settings);
    const lock = await taken(settings);
    try {
      return new StateDirectory(settings, lock, await readBirth(settings.path, settings));
    } catch (error) {
      await lock?.release();
      throw error;
    }
  }

  /**
   * Opens the state of each lane, by name; to be called once. `now`: the present moment on the engine's clock, at
   * which a new directory and a new lane are born. Rejects for nothing that is wrong with what is on disk.
   */
  async lanes(lanes: readonly StoredLane[], now: string): Promise<ReadonlyMap<string, LaneState>> {
    if (this.#bornAt === undefined)
      await writeBirth(this.path, now, { replaceFile, ...this.#settings });
    this.#bornAt ??= now;
    for (const lane of lanes) await this.openLane(lane, now);
    await this.#sayWhatIsLeft(lanes);
    return new Map(this.#lanes);
  }

  /** As {@link StateDirectory.lanes}, for one lane more that is not open. To be called after it. */
  async openLane({ name, diskBytes }: StoredLane, now: string): Promise<LaneState> {
    const ports = { openSpool, replaceFile, ...this.#settings, space: this.#space };
    const folder = join(this.path, 'lanes', laneFolder(name));
    const directoryBornAt = this.#bornAt ?? now;
    const lane = await DiskLane.open({ name, diskBytes, folder, directoryBornAt, now }, ports);
    this.#lanes.set(name, lane);
    return lane;
  }

  /** Closes the state of a lane that has stopped, and leaves it for when there is a lane of that name again. Never rejects. */
  async closeLane(name: string): Promise<void> {
    await this.#lanes.get(name)?.close();
    this.#lanes.delete(name);
  }

  /** Another bound on what an open lane may hold on disk. False: it was opened without a disk, and is bounded so. */
  boundLane({ name, diskBytes }: StoredLane): boolean {
    const spool = this.#lanes.get(name)?.spool;
    spool?.bound(diskBytes);
    return spool !== undefined || diskBytes === 0;
  }

  /** Another bound on the spools of all lanes together. */
  bound(maxBytes: number): void {
    this.#space.bound(maxBytes);
  }

  /** Writes what is not written yet, then lets the next process in. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
    await this.#lock?.release();
  }

  /** Of sinks that are configured no more: nobody but the user knows whether they will be back. */
  async #sayWhatIsLeft(lanes: readonly StoredLane[]): Promise<void> {
    const own = new Set(lanes.map(({ name }) => laneFolder(name)));
    const folders = await readdir(join(this.path, 'lanes')).catch(() => []);
    for (const folder of folders.filter((one) => !own.has(one))) {
      const directory = join(this.path, 'lanes', folder);
      this.#settings.log.warn(
        { sink: laneOfFolder(folder), directory, bytes: await bytesIn(directory) },
        'A sink that is configured no more has left its state. Configure it again to have delivered what it holds, or delete the directory.',
      );
    }
  }
}

async function madeWritable({ path, log }: StateDirectorySettings): Promise<void> {
  // Should the process end here: whoever has the lock next tidies candidates away.
  const probe = join(path, `candidate.${randomBytes(8).toString('hex')}`);
  try {
    await madeDirectory(path);
    await writeFile(probe, '', { flag: 'wx', mode: 0o600 });
    await rm(probe, { force: true });
  } catch (cause) {
    if (isFull(cause)) {
      log.error(
        { directory: path, error: messageOf(cause) },
        'The disk of the state directory is full. Make room on it.',
      );
      return;
    }
    throw new StateError(
      'unwritable',
      `${path} cannot be made or written (${codeOf(cause) ?? messageOf(cause)}); make it writable for this user, or name another directory in state.directory`,
      { cause },
    );
  }
}

// What `recursive` of mkdir says of a read-only file system is ENOENT (Node 24).
async function madeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await madeDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

async function taken({
  path,
  clock,
  log,
}: StateDirectorySettings): Promise<DirectoryLock | undefined> {
  try {
    return await DirectoryLock.take(path, clock);
  } catch (error) {
    if (error instanceof StateLockedError) throw error;
    log.warn(
      { directory: path, error: messageOf(error) },
      'The state directory cannot be locked there. See to it that no other agent uses it.',
    );
    return undefined;
  }
}
