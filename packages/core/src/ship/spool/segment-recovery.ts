import { messageOf } from '@tallyman/sdk';
import type { Disk, DiskFile } from './disk.ts';
import { entryOf } from './record-codec.ts';
import { Segment, type StoredFrame } from './segment.ts';
import { headerBytes, releaseBytes, releasedFrom, segmentKindOf } from './segment-format.ts';
import { type FoundFrame, hasNoFrames, scanFrames } from './segment-scan.ts';
import type { SpoolEntry } from './spool.ts';

/** A file, as its directory shows it. */
export interface FoundFile {
  readonly path: string;
  readonly number: number;
  readonly bytes: number;
}

/** What a segment file turned out to be. */
export type RecoveredSegment =
  /** Nothing was ever stored in it. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'damaged' | 'unreadable' | 'newer'; readonly problem: string }
  | {
      readonly kind: 'segment';
      readonly segment: Segment;
      /** What was not released. */
      readonly frames: readonly StoredFrame[];
      /** How many are good, or were released. */
      readonly goodFrames: number;
      /** What is lost of it. */
      readonly problems: readonly string[];
    };

/** Reads a segment that an earlier run left. A last write that was cut off is cut off the file. */
export async function recoverSegment(
  found: FoundFile,
  releases: FoundFile | undefined,
  disk: Disk,
): Promise<RecoveredSegment> {
  try {
    const file = await disk.open(found.path, 'read');
    try {
      const kind = await kindOf(file, found.bytes);
      if (kind === 'empty') return { kind };
      if (kind === 'newer') return { kind, problem: 'a newer version wrote it' };
      if (kind === 'foreign')
        return { kind: 'damaged', problem: 'it does not begin as a segment does' };
      return await framesOf(file, found, releases, disk);
    } finally {
      await file.close().catch(() => undefined);
    }
  } catch (error) {
    return { kind: 'unreadable', problem: messageOf(error) };
  }
}

async function kindOf(file: DiskFile, bytes: number) {
  const header = Buffer.alloc(Math.min(bytes, headerBytes));
  const kind = segmentKindOf(header.subarray(0, await file.read(header, 0)));
  if (kind !== 'torn') return kind;
  return (await hasNoFrames(file, bytes)) ? 'empty' : 'foreign';
}

async function framesOf(
  file: DiskFile,
  { path, number, bytes }: FoundFile,
  releases: FoundFile | undefined,
  disk: Disk,
): Promise<RecoveredSegment> {
  const segment = new Segment(number, path);
  segment.hasReleases = releases !== undefined;
  segment.releasesBytes = Math.floor((releases?.bytes ?? 0) / releaseBytes) * releaseBytes;
  const released = await releasedIn(releases, disk);
  const frames: StoredFrame[] = [];
  const problems: string[] = [];
  let goodFrames = 0;
  segment.bytes = bytes;
  const take = ({ payload, ...frame }: FoundFrame) => {
    segment.frames += 1;
    const isReleased = released.get(frame.index) === frame.crc;
    const entry = isReleased ? undefined : payload && entryIn(payload);
    if (entry) frames.push({ ...frame, segment, entry });
    if (isReleased || entry) goodFrames += 1;
    else problems.push(`the batch at byte ${frame.position} is damaged`);
  };
  try {
    const end = await scanFrames(file, bytes, take);
    if (end.kind === 'damaged') problems.push(`from byte ${end.bytes} on it cannot be made out`);
    if (end.kind === 'torn' && (await isCut(path, end.bytes, disk))) segment.bytes = end.bytes;
    // What a killed agent had written and not synced is there, and could still be lost to a power cut.
    if (frames.length > 0) await file.datasync();
  } catch (error) {
    problems.push(messageOf(error));
  }
  segment.live = frames.length;
  const heldBytes = segment.bytes + (releases?.bytes ?? 0);
  segment.heldBytes = Math.max(Segment.heldBytesOf(segment.bytes, segment.frames), heldBytes);
  return { kind: 'segment', segment, frames, goodFrames, problems };
}

function entryIn(payload: Buffer): SpoolEntry | undefined {
  try {
    return entryOf(payload);
  } catch {
    return undefined;
  }
}

// Releases that cannot be read only mean that batches are delivered again.
async function releasedIn(
  releases: FoundFile | undefined,
  disk: Disk,
): Promise<Map<number, number>> {
  if (releases === undefined) return new Map();
  try {
    const file = await disk.open(releases.path, 'read');
    try {
      const bytes = Buffer.alloc(releases.bytes);
      return releasedFrom(bytes.subarray(0, await file.read(bytes, 0)));
    } finally {
      await file.close();
    }
  } catch {
    return new Map();
  }
}

async function isCut(path: string, bytes: number, disk: Disk): Promise<boolean> {
  try {
    const file = await disk.open(path, 'update');
    try {
      await file.truncate(bytes);
    } finally {
      await file.close();
    }
    return true;
  } catch {
    return false;
  }
}
