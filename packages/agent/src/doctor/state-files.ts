import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A file or folder of the state directory. */
export interface StateItem {
  readonly path: string;
  readonly name: string;
  readonly isFolder: boolean;
  readonly bytes: number;
}

// `lanes/NAME/spool/FILE`; what lies deeper is nobody's.
const deepest = 4;

/** All that is in a directory; what cannot be looked at is left out. */
export async function itemsIn(directory: string, depth = deepest): Promise<readonly StateItem[]> {
  const names = depth === 0 ? [] : await readdir(directory).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const seen = await lstat(path).catch(() => undefined);
      if (seen === undefined) return [];
      const isFolder = seen.isDirectory();
      const item = { path, name, isFolder, bytes: seen.isFile() ? seen.size : 0 };
      return isFolder ? [item, ...(await itemsIn(path, depth - 1))] : [item];
    }),
  );
  return found.flat();
}

/** What its files take. */
export async function bytesIn(directory: string): Promise<number> {
  const items = await itemsIn(directory);
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}
