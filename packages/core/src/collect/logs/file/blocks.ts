import { createGunzip } from 'node:zlib';
import { LogFileError } from '../../../decode/entry.ts';
import type { Segment } from './chain.ts';
import type { OpenLogFile } from './open-file.ts';

/** Takes bytes, which are its own during the call; a promise pauses reading. */
export type Take = (bytes: Buffer) => Promise<void> | undefined;

/** As much as is read at once. */
export const blockBytes = 128 * 1024;

/** The bytes `[from, to)` of a file in blocks, fewer where it is shorter. A block holds until the next one. */
export async function* blocksOf(
  file: OpenLogFile,
  from: number,
  to: number,
): AsyncGenerator<Buffer, void> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(blockBytes, Math.max(0, to - from)));
  for (let at = from; at < to; ) {
    const block = buffer.subarray(0, to - at);
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

/** Hands over all but so many bytes at the beginning. Rejects with the signal's reason. */
export async function handOver(
  blocks: AsyncIterable<Buffer>,
  take: Take,
  signal: AbortSignal,
  skipped = 0,
): Promise<void> {
  let behind = skipped;
  for await (const block of blocks) {
    signal.throwIfAborted();
    const bytes = block.subarray(Math.min(behind, block.length));
    behind -= block.length - bytes.length;
    const wait = bytes.length > 0 ? take(bytes) : undefined;
    if (wait !== undefined) await wait;
  }
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
