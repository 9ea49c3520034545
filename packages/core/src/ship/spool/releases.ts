import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { isMissing } from './disk-error.ts';
import type { Segment, StoredFrame } from './segment.ts';
import { releasesName, releasesOf } from './segment-format.ts';

export interface ReleasesSettings {
  readonly directory: string;
  readonly disk: Disk;
  /** Called when a segment is no more, with the room that it took. */
  readonly removed: (bytes: number) => void;
}

/** Keeps on disk which frames are released, and removes the segments that hold no others. */
export class Releases {
  readonly #settings: ReleasesSettings;
  #unwritten = new Set<Segment>();
  #done: Segment[] = [];
  /** Those that the disk did not let go of. */
  #stuck: Segment[] = [];
  #isDirectorySynced = true;

  constructor(settings: ReleasesSettings) {
    this.#settings = settings;
  }

  /** Whether there are segments to remove. */
  get isAnyDone(): boolean {
    return this.#done.length > 0;
  }

  /** Whether there is anything that `flush` would write. */
  get isAnyUnwritten(): boolean {
    return this.#unwritten.size > 0 || this.#stuck.length > 0 || !this.#isDirectorySynced;
  }

  release(frame: StoredFrame): void {
    const { segment } = frame;
    segment.live -= 1;
    segment.unwritten.push(frame);
    this.#unwritten.add(segment);
    this.retired(segment);
  }

  /** To be called with a segment to which nothing more will be added. */
  retired(segment: Segment): void {
    if (!segment.isDone) return;
    this.#unwritten.delete(segment);
    this.#done.push(segment);
  }

  /** Removes the segments that hold nothing any more. */
  async remove(): Promise<void> {
    const done = this.#done;
    this.#done = [];
    for (const segment of done) {
      const released = this.#releasesPath(segment);
      try {
        // In this order: what is released must not outlive the word of it.
        await this.#unlink(segment.path);
        if (segment.hasReleases) await this.#unlink(released);
        this.#settings.removed(segment.heldBytes);
      } catch {
        this.#stuck.push(segment);
      }
      this.#isDirectorySynced = false;
    }
  }

  /** Writes down what was released. What the disk does not take is tried again with the next. */
  async flush(): Promise<void> {
    this.#done.push(...this.#stuck);
    this.#stuck = [];
    await this.remove();
    const segments = this.#unwritten;
    this.#unwritten = new Set();
    for (const segment of segments) {
      const frames = segment.unwritten;
      segment.unwritten = [];
      try {
        await this.#write(segment, frames);
      } catch {
        segment.unwritten = [...frames, ...segment.unwritten];
        if (!segment.isDone) this.#unwritten.add(segment);
      }
    }
    if (this.#isDirectorySynced) return;
    this.#isDirectorySynced = true;
    await this.#settings.disk.syncDirectory(this.#settings.directory).catch(() => undefined);
  }

  async #write(segment: Segment, frames: readonly StoredFrame[]): Promise<void> {
    if (!segment.hasReleases) this.#isDirectorySynced = false;
    segment.hasReleases = true;
    const releases = releasesOf(frames);
    const file = await this.#settings.disk.open(this.#releasesPath(segment), 'update');
    try {
      await file.write([releases], segment.releasesBytes);
      await file.datasync();
      segment.releasesBytes += releases.length;
    } finally {
      await file.close();
    }
  }

  async #unlink(path: string): Promise<void> {
    try {
      await this.#settings.disk.unlink(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  #releasesPath({ number }: Segment): string {
    return join(this.#settings.directory, releasesName(number));
  }
}
