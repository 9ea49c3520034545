import { crc32 } from 'node:zlib';
import { blocksOf, reading } from './blocks.ts';
import type { OpenLogFile } from './open-file.ts';

/** A gzip file ends with the checksum and the length of what it holds, both little endian (RFC 1952). */
const trailerBytes = 8;

/** Whether the first file holds the bytes of the second, compressed. */
export async function isCompressedCopy(
  compressed: OpenLogFile,
  file: OpenLogFile,
): Promise<boolean> {
  const trailer = Buffer.alloc(trailerBytes);
  const at = compressed.size() - trailerBytes;
  if (at < 0) return false;
  await reading(compressed.path, () => compressed.read(trailer, at));
  const size = file.size();
  if (trailer.readUInt32LE(4) !== size % 2 ** 32) return false;
  return trailer.readUInt32LE(0) === (await checksumOf(file, size));
}

async function checksumOf(file: OpenLogFile, size: number): Promise<number> {
  let checksum = 0;
  for await (const block of blocksOf(file, 0, size)) checksum = crc32(block, checksum);
  return checksum;
}
