import { crc32 } from 'node:zlib';
import type { DiskFile } from './disk.ts';
import { type FrameHead, frameHeadBytes, frameHeadFrom, headerBytes } from './segment-format.ts';

/** A frame as it was found in a segment. */
export interface FoundFrame extends FrameHead {
  readonly index: number;
  /** Of its payload in the file. */
  readonly position: number;
  /** Valid during the call only. Absent where it is damaged. */
  readonly payload?: Buffer;
}

/** How a segment ends. */
export interface SegmentEnd {
  /** `torn`: its last write was cut off, and was never stored. `damaged`: what follows cannot be made out. */
  readonly kind: 'whole' | 'torn' | 'damaged';
  /** Where its last frame ends. */
  readonly bytes: number;
  /** How many there are, the damaged included. */
  readonly frames: number;
}

/** Reads the frames of a segment that is so long, one at a time. Rejects where the disk does not give them. */
export async function scanFrames(
  file: DiskFile,
  bytes: number,
  take: (frame: FoundFrame) => void,
): Promise<SegmentEnd> {
  const window = new FileWindow(file, bytes);
  let start = headerBytes;
  let index = 0;
  for (; start < bytes; index++) {
    const end = (kind: SegmentEnd['kind']): SegmentEnd => ({ kind, bytes: start, frames: index });
    const position = start + frameHeadBytes;
    const headBytes = await window.read(start, frameHeadBytes);
    if (headBytes.length < frameHeadBytes) return end('torn');
    const head = frameHeadFrom(headBytes);
    if (!head) return end((await window.isEmptyFrom(position - 1)) ? 'torn' : 'damaged');
    const frameEnd = position + head.length;
    if (frameEnd > bytes) return end('torn');

    const payload = await window.read(position, head.length);
    const isGood = payload.length === head.length && crc32(payload) === head.crc;
    // A payload never ends in 0; where a power cut left it unwritten it does, and so does all that follows.
    if (!isGood && (await window.isEmptyFrom(frameEnd - 1))) return end('torn');
    take({ ...head, index, position, ...(isGood ? { payload } : {}) });
    start = frameEnd;
  }
  return { kind: 'whole', bytes: start, frames: index };
}

/** Whether there is nothing but zeros behind the header. */
export function hasNoFrames(file: DiskFile, bytes: number): Promise<boolean> {
  return new FileWindow(file, bytes).isEmptyFrom(headerBytes);
}

const windowBytes = 256 * 1024;

/** Reads a file from its beginning to its end, a good part at a time. */
class FileWindow {
  readonly #file: DiskFile;
  readonly #fileBytes: number;
  #start = 0;
  #bytes = Buffer.alloc(0);

  constructor(file: DiskFile, fileBytes: number) {
    this.#file = file;
    this.#fileBytes = fileBytes;
  }

  /** Fewer where the file ends before. */
  async read(position: number, length: number): Promise<Buffer> {
    const isHere = () =>
      position >= this.#start && position + length <= this.#start + this.#bytes.length;
    if (!isHere()) await this.#move(position, length);
    return this.#bytes.subarray(position - this.#start, position - this.#start + length);
  }

  async isEmptyFrom(position: number): Promise<boolean> {
    for (let at = position; at < this.#fileBytes; at += windowBytes) {
      const bytes = await this.read(at, Math.min(windowBytes, this.#fileBytes - at));
      if (bytes.some((byte) => byte !== 0)) return false;
    }
    return true;
  }

  async #move(position: number, length: number): Promise<void> {
    const wanted = Math.min(Math.max(length, windowBytes), this.#fileBytes - position);
    const target = Buffer.allocUnsafe(Math.max(wanted, 0));
    const read = await this.#file.read(target, position);
    this.#start = position;
    this.#bytes = target.subarray(0, read);
  }
}
