import { headerBytes, releaseBytes } from './segment-format.ts';
import type { SpoolEntry } from './spool.ts';

/** Where a batch is on disk. */
export interface StoredFrame {
  readonly entry: SpoolEntry;
  readonly segment: Segment;
  /** Among the frames of its segment. */
  readonly index: number;
  /** Of its payload in the file. */
  readonly position: number;
  readonly length: number;
  readonly crc: number;
}

/** What is known of one segment file. */
export class Segment {
  readonly number: number;
  path: string;
  /** Whether it is the one that is written to. */
  isOpen = false;
  /** How long it is; behind this there is nothing that counts. */
  bytes = headerBytes;
  /** Frames in the file, also those that are released or damaged. */
  frames = 0;
  /** Frames that are not released. */
  live = 0;
  /** Bytes of the spool's room that it takes, its releases included. */
  heldBytes = 0;
  /** A person may want it: it is never removed. */
  isDamaged = false;
  /** Whether there is a file of its releases. */
  hasReleases = false;
  /** How far its releases are written. */
  releasesBytes = 0;
  /** Released, and not yet written so. */
  unwritten: StoredFrame[] = [];

  constructor(number: number, path: string) {
    this.number = number;
    this.path = path;
  }

  /** Whether nothing will be read from it or written to it any more. */
  get isDone(): boolean {
    return this.live === 0 && !this.isOpen && !this.isDamaged;
  }

  /** Room for all its releases is set aside from the start, so that settling needs none. */
  static heldBytesOf(bytes: number, frames: number): number {
    return bytes + frames * releaseBytes;
  }
}
