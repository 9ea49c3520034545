import { crc32 } from 'node:zlib';

/**
 * A segment file: a header, then frames. Numbers are little-endian.
 *
 *     header   "TALLYSPL", version u32, CRC-32 of the twelve bytes before u32
 *     frame    payload length u32, CRC-32 of the payload u32, CRC-32 of the eight bytes before u32, payload
 *
 * A frame's head has a check of its own, so that the frames behind a damaged payload can still be found.
 *
 * Beside it, in NUMBER.released, eight bytes for each frame that is settled: its index u32, and the CRC-32 of
 * its payload u32, without which nothing is believed released.
 */
export const formatVersion = 1;

export const headerBytes = 16;
export const frameHeadBytes = 12;
export const releaseBytes = 8;
/** Once it is so long, the next segment is begun. Only a frame that is longer alone makes a longer one. */
export const defaultSegmentBytes = 8 * 1024 * 1024;

const magic = Buffer.from('TALLYSPL');
const [versionAt, headerCheckAt] = [8, 12];

export function segmentHeader(): Buffer {
  const header = Buffer.alloc(headerBytes);
  magic.copy(header);
  header.writeUInt32LE(formatVersion, versionAt);
  header.writeUInt32LE(crc32(header.subarray(0, headerCheckAt)), headerCheckAt);
  return header;
}

/** What the first bytes of a file say it is. `torn`: only some of them were written, if nothing follows. */
export type SegmentKind = 'current' | 'newer' | 'torn' | 'foreign';

/** `header` is shorter than a header where the file is. */
export function segmentKindOf(header: Buffer): SegmentKind {
  if (isHeader(header)) {
    return header.readUInt32LE(versionAt) === formatVersion ? 'current' : 'newer';
  }
  let written = header.length;
  while (written > 0 && header[written - 1] === 0) written -= 1;
  const isBegun = segmentHeader().subarray(0, written).equals(header.subarray(0, written));
  return isBegun ? 'torn' : 'foreign';
}

function isHeader(header: Buffer): boolean {
  return (
    header.length === headerBytes &&
    header.subarray(0, versionAt).equals(magic) &&
    header.readUInt32LE(headerCheckAt) === crc32(header.subarray(0, headerCheckAt))
  );
}

/** What stands before a payload. */
export interface FrameHead {
  /** Of the payload. */
  readonly length: number;
  readonly crc: number;
}

export function frameHead({ length, crc }: FrameHead): Buffer {
  const head = Buffer.allocUnsafe(frameHeadBytes);
  head.writeUInt32LE(length, 0);
  head.writeUInt32LE(crc, 4);
  head.writeUInt32LE(crc32(head.subarray(0, 8)), 8);
  return head;
}

/** Nothing where it is no head of a frame. */
export function frameHeadFrom(head: Buffer): FrameHead | undefined {
  if (head.readUInt32LE(8) !== crc32(head.subarray(0, 8))) return undefined;
  return { length: head.readUInt32LE(0), crc: head.readUInt32LE(4) };
}

/** What is written of frames that are settled. */
export function releasesOf(frames: readonly { readonly index: number; readonly crc: number }[]) {
  const releases = Buffer.allocUnsafe(frames.length * releaseBytes);
  frames.forEach(({ index, crc }, at) => {
    releases.writeUInt32LE(index, at * releaseBytes);
    releases.writeUInt32LE(crc, at * releaseBytes + 4);
  });
  return releases;
}

/** The CRCs of the payloads that were released, by the indexes of their frames. A torn last one does not count. */
export function releasedFrom(releases: Buffer): Map<number, number> {
  const released = new Map<number, number>();
  for (let at = 0; at + releaseBytes <= releases.length; at += releaseBytes)
    released.set(releases.readUInt32LE(at), releases.readUInt32LE(at + 4));
  return released;
}

const fileName = /^(\d{8,15})\.(?:(segment|released)|segment\.damaged-(\d{1,9}))$/;

export interface SpoolFileName {
  readonly number: number;
  /** `aside`: a segment that was damaged, and set aside. */
  readonly role: 'segment' | 'aside' | 'released';
  /** Of what is set aside: how many of its frames were good then. */
  readonly goodFrames: number;
}

export function segmentName(number: number): string {
  return `${digitsOf(number)}.segment`;
}

export function releasesName(number: number): string {
  return `${digitsOf(number)}.released`;
}

export function asideName(number: number, goodFrames: number): string {
  return `${segmentName(number)}.damaged-${goodFrames}`;
}

/** Nothing where it is no name of the spool's. */
export function spoolFileName(name: string): SpoolFileName | undefined {
  const [, digits, suffix, good] = fileName.exec(name) ?? [];
  if (digits === undefined || digitsOf(Number(digits)) !== digits) return undefined;
  const role = suffix === 'segment' || suffix === 'released' ? suffix : 'aside';
  return { number: Number(digits), role, goodFrames: Number(good ?? 0) };
}

function digitsOf(number: number): string {
  return String(number).padStart(8, '0');
}
