import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const longestFolder = 200;

/**
 * The name of a lane's folder: the lane's own where it consists of letters, digits, `-`, `_` and dots inside;
 * any other byte as `%XX`. No two names have the same folder, and no folder leads out of its parent.
 */
export function laneFolder(name: string): string {
  const encoded = Buffer.from(name)
    .toString('latin1')
    .replace(/^\.|[^A-Za-z0-9._-]/g, (byte) => `%${hex(byte)}`);
  if (encoded === '') return '%';
  if (encoded.length <= longestFolder) return encoded;
  // File systems take 255 bytes; `~` stands in no other folder's name.
  return `${encoded.slice(0, longestFolder - 70)}~${createHash('sha256').update(name).digest('hex')}`;
}

/** The lane's name as far as its folder tells it. */
export function laneOfFolder(folder: string): string {
  const bytes = folder.replace(/%([0-9A-F]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}

/** What a directory's files take, in bytes; 0 where there is none, and what cannot be looked at does not count. */
export async function bytesIn(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return bytesIn(path);
      return lstat(path).then(
        ({ size }) => size,
        () => 0,
      );
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function hex(byte: string): string {
  return byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}
