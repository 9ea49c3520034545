import type { Clock } from '@tallyman/sdk';
import { type Disk, type DiskSpace, realDisk } from './disk.ts';

export interface SpoolSpaceSettings {
  /** On the file system that all spools share. */
  readonly directory: string;
  /** Of all spools together. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly disk?: Disk;
}

/** Of the file system; always left to others. */
export const reservedShare = 0.1;
const lookAgainMs = 1_000;

/**
 * The room that all spools of the agent share: their own bound, and a tenth of the file system that is left
 * free. Asks the file system at most once a second, and counts what was written since.
 */
export class SpoolSpace {
  readonly #settings: SpoolSpaceSettings;
  readonly #disk: Disk;
  #maxBytes: number;
  #usedBytes = 0;
  /** Promised, and not yet written. */
  #promisedBytes = 0;
  #seen: DiskSpace | undefined;
  #writtenSince = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(settings: SpoolSpaceSettings) {
    this.#settings = settings;
    this.#maxBytes = settings.maxBytes;
    this.#disk = settings.disk ?? realDisk;
  }

  /** Another bound from now on; what is there stays, also where it is more. */
  bound(maxBytes: number): void {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of all files, and what is promised to those that write. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes that may still be promised. Where the file system was not asked for a second, it is asked again. */
  get freeBytes(): number {
    this.look().catch(() => undefined);
    return Math.max(0, Math.min(this.#maxBytes - this.#usedBytes, this.#fileSystemBytes));
  }

  /** What is out of room, to be said where {@link SpoolSpace.freeBytes} is not enough. */
  get shortage(): string {
    return this.#maxBytes - this.#usedBytes <= this.#fileSystemBytes
      ? `all sinks together may use ${this.#maxBytes} bytes (state.max_size)`
      : `a tenth of the file system of ${this.#settings.directory} is left free; make room there`;
  }

  /** Asks the file system how much is free, unless it was asked within the last second. */
  look(): Promise<void> {
    const nowMs = this.#settings.clock.monotonicMs();
    if (nowMs - this.#lookedAtMs >= lookAgainMs) {
      this.#lookedAtMs = nowMs;
      this.#looking = this.#look();
    }
    return this.#looking ?? Promise.resolve();
  }

  /** Bytes that are on disk already. */
  count(bytes: number): void {
    this.#usedBytes += bytes;
  }

  promise(bytes: number): void {
    this.#usedBytes += bytes;
    this.#promisedBytes += bytes;
  }

  /** What was promised will not be written. */
  takeBack(bytes: number): void {
    this.#usedBytes -= bytes;
    this.#promisedBytes -= bytes;
  }

  /** What was promised is written. */
  wrote(bytes: number): void {
    this.#promisedBytes -= bytes;
    this.#writtenSince += bytes;
  }

  /** So many bytes of files are no more. */
  removed(bytes: number): void {
    this.#usedBytes -= bytes;
    this.#writtenSince -= bytes;
  }

  get #fileSystemBytes(): number {
    if (this.#seen === undefined) return Number.POSITIVE_INFINITY;
    const { freeBytes, totalBytes } = this.#seen;
    const left = freeBytes - Math.ceil(totalBytes * reservedShare);
    return left - this.#writtenSince - this.#promisedBytes;
  }

  async #look(): Promise<void> {
    const before = this.#writtenSince;
    try {
      this.#seen = await this.#disk.space(this.#settings.directory);
      this.#writtenSince -= before;
    } catch {
      // What was seen last stands; writing will tell.
    }
  }
}
