import { createGunzip } from 'node:zlib';
import { LogFileError } from '../../../decode/entry.ts';
import type { Segment } from './chain.ts';
import type { OpenLogFile } from './open-file.ts';

/** As much as is read at once. Whoever takes a block owns it: records are views on it. */
export const blockBytes = 128 * 1024;

/** The bytes `[from, to)` of a file in blocks, fewer where it is shorter. */
export async function* blocksOf(
  file: OpenLogFile,
  from: number,
  to: number,
): AsyncGenerator<Buffer, void> {
  for (let at = from; at < to; ) {
    const block = Buffer.allocUnsafeSlow(Math.min(blockBytes, to - at));
    const length = await reading(file.path, () => file.read(block, at));
    if (length === 0) return;
    at += length;
    yield block.subarray(0, length);
  }
}

/** What a compressed file holds, in blocks. Throws a {@link LogFileError} where it is damaged. */
export async function* decompressedBlocksOf(file: OpenLogFile): AsyncGenerator<Buffer, void> {
  const source = file.stream();
  const gunzip = createGunzip({ chunkSize: blockBytes });
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    yield* gunzip;
  } catch (cause) {
    throw new LogFileError(`decompressing ${file.path}`, { cause });
  } finally {
    gunzip.destroy();
  }
}

/** A segment in blocks, as far as it was there when it was opened. */
export function segmentBlocks({ file, isCompressed, size }: Segment): AsyncGenerator<Buffer, void> {
  return isCompressed ? decompressedBlocksOf(file) : blocksOf(file, 0, size);
}

/** What `read` answers; its failure as a {@link LogFileError}. */
export async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new LogFileError(`reading ${path}`, { cause });
  }
}

/** The same, of what answers at once. */
export function readingNow<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new LogFileError(`reading ${path}`, { cause });
  }
}
