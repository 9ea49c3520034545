import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Disk, DiskFile } from './disk.ts';
import { isTaken } from './disk-error.ts';
import type { EncodedFrame } from './record-codec.ts';
import type { Room } from './room.ts';
import { Segment, type StoredFrame } from './segment.ts';
import {
  frameHead,
  frameHeadBytes,
  headerBytes,
  releaseBytes,
  segmentHeader,
  segmentName,
} from './segment-format.ts';

export interface SegmentWriterSettings {
  readonly directory: string;
  readonly segmentBytes: number;
  readonly disk: Disk;
  readonly room: Room;
  readonly firstNumber: number;
  /** Called with a segment once nothing will be added to it. */
  readonly retired: (segment: Segment) => void;
}

/** What a frame takes beside its payload, at most: it may be the first of a segment. */
export const frameOverheadBytes = headerBytes + frameHeadBytes + releaseBytes;

interface OpenSegment {
  readonly segment: Segment;
  readonly file: DiskFile;
}

/** Writes frames into segments, one write at a time. */
export class SegmentWriter {
  readonly #settings: SegmentWriterSettings;
  #number: number;
  #current: OpenSegment | undefined;

  constructor(settings: SegmentWriterSettings) {
    this.#settings = settings;
    this.#number = settings.firstNumber;
  }

  /**
   * Writes as many of the frames as go into one segment, the first at least, for which room was promised.
   * Rejects with the disk's own error where they cannot be written or synced: then none of them is there, as
   * far as the disk lets itself be told, and nothing more is added to that segment.
   */
  async write(waiting: readonly EncodedFrame[]): Promise<StoredFrame[]> {
    const { segmentBytes, disk, directory } = this.#settings;
    const open = await this.#openFor(waiting);
    const { segment, file } = open;
    const isNew = segment.frames === 0;
    const frames = framesIn(segment, waiting, segmentBytes);
    const chunks = frames.flatMap(({ stored, payload }) => [frameHead(stored), payload]);
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    try {
      if (isNew) await file.write([segmentHeader(), ...chunks], 0);
      else await file.write(chunks, segment.bytes);
      await file.datasync();
      if (isNew) await disk.syncDirectory(directory);
    } catch (error) {
      await this.#abandon(open, bytes);
      throw error;
    }
    segment.bytes += bytes;
    segment.frames += frames.length;
    segment.live += frames.length;
    this.#settle(segment, bytes + frames.length * (frameOverheadBytes - frameHeadBytes));
    return frames.map(({ stored }) => stored);
  }

  /** Adds nothing more to the current segment; the next frame begins another. */
  async retire(): Promise<void> {
    const open = this.#current;
    if (open === undefined) return;
    this.#current = undefined;
    // What it holds is synced.
    await open.file.close().catch(() => undefined);
    open.segment.isOpen = false;
    this.#settings.retired(open.segment);
  }

  /** As `retire`, where all that the segment holds is released. */
  async retireReleased(): Promise<void> {
    if (this.#current?.segment.live === 0) await this.retire();
  }

  async #openFor([first]: readonly EncodedFrame[]): Promise<OpenSegment> {
    const bytes = frameHeadBytes + (first?.payload.length ?? 0);
    const current = this.#current;
    if (current && current.segment.bytes + bytes <= this.#settings.segmentBytes) return current;
    await this.retire();
    this.#current = await this.#begin();
    return this.#current;
  }

  async #begin(): Promise<OpenSegment> {
    const { directory, disk } = this.#settings;
    for (;;) {
      const number = this.#number;
      this.#number += 1;
      const segment = new Segment(number, join(directory, segmentName(number)));
      try {
        const file = await disk.open(segment.path, 'create');
        segment.isOpen = true;
        return { segment, file };
      } catch (error) {
        if (!isTaken(error)) throw error;
      }
    }
  }

  /** Of the room that was promised, the segment takes what it has grown by. */
  #settle(segment: Segment, promisedBytes: number): void {
    const heldBytes = Segment.heldBytesOf(segment.bytes, segment.frames);
    const grownBytes = heldBytes - segment.heldBytes;
    this.#settings.room.wrote(grownBytes);
    this.#settings.room.takeBack(promisedBytes - grownBytes);
    segment.heldBytes = heldBytes;
  }

  /** After a failed write or sync nobody knows what is on disk behind what was stored before. */
  async #abandon({ segment, file }: OpenSegment, bytes: number): Promise<void> {
    const isEmpty = segment.frames === 0;
    this.#current = undefined;
    try {
      if (isEmpty) await this.#settings.disk.unlink(segment.path);
      else {
        await file.truncate(segment.bytes);
        await file.datasync();
      }
    } catch {
      // It stays behind, and may come back as a repeat: what was not stored is still in memory.
      const leftBytes = isEmpty ? headerBytes + bytes : bytes;
      this.#settings.room.count(leftBytes);
      segment.heldBytes += leftBytes;
    }
    await file.close().catch(() => undefined);
    segment.isOpen = false;
    if (!isEmpty) this.#settings.retired(segment);
  }
}

interface PlacedFrame {
  readonly stored: StoredFrame;
  readonly payload: Buffer;
}

function framesIn(
  segment: Segment,
  waiting: readonly EncodedFrame[],
  segmentBytes: number,
): PlacedFrame[] {
  const frames: PlacedFrame[] = [];
  let end = segment.bytes;
  for (const { entry, payload } of waiting) {
    const position = end + frameHeadBytes;
    const { length } = payload;
    end = position + length;
    if (frames.length > 0 && end > segmentBytes) break;
    const index = segment.frames + frames.length;
    frames.push({
      stored: { entry, segment, index, position, length, crc: crc32(payload) },
      payload,
    });
  }
  return frames;
}
