import { crc32 } from 'node:zlib';
import { messageOf } from '@tallyman/sdk';
import type { Disk, DiskFile } from './disk.ts';
import { isMissing, isPassing } from './disk-error.ts';
import { damaged } from './payload.ts';
import type { Segment, StoredFrame } from './segment.ts';
import { SpoolError } from './spool.ts';

/**
 * The payload of a frame, checked. Rejects with {@link SpoolError}: `damaged` where it is not what was written,
 * `failed` where it cannot be read at the moment.
 */
export async function payloadOf(frame: StoredFrame, disk: Disk): Promise<Buffer> {
  const where = `${frame.segment.path} at byte ${frame.position}`;
  let payload: Buffer;
  try {
    payload = await bytesOf(frame, disk);
  } catch (cause) {
    if (!isPassing(cause)) throw damaged(`${where}: ${messageOf(cause)}`, cause);
    const message = `reading a batch from disk: ${where}: ${messageOf(cause)}`;
    throw new SpoolError('failed', message, { cause });
  }
  if (payload.length < frame.length || crc32(payload) !== frame.crc)
    throw damaged(`${where}: it is not what was written`);
  return payload;
}

async function bytesOf({ segment, position, length }: StoredFrame, disk: Disk): Promise<Buffer> {
  const file = await opened(segment, disk);
  try {
    const payload = Buffer.allocUnsafeSlow(length);
    return payload.subarray(0, await file.read(payload, position));
  } finally {
    await file.close().catch(() => undefined);
  }
}

async function opened(segment: Segment, disk: Disk): Promise<DiskFile> {
  const { path } = segment;
  try {
    return await disk.open(path, 'read');
  } catch (error) {
    // It may have been set aside meanwhile.
    if (!isMissing(error) || segment.path === path) throw error;
    return disk.open(segment.path, 'read');
  }
}
