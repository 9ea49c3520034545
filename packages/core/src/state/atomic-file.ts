import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '@tallyman/sdk';
import writeFileAtomic from 'write-file-atomic';
import { codeOf } from './system-error.ts';

/** Puts a text in a file's place. */
export type ReplaceFile = (path: string, text: string) => Promise<void>;

/** Writes beside the file, then renames: whenever it is cut off, the file is the old one or the new one, whole. */
export const replaceFile: ReplaceFile = async (path, text) => {
  await writeFileAtomic(path, text, { mode: 0o600 });
  await syncDirectory(dirname(path));
};

/** What {@link replaceFile} leaves beside the file when the process is killed in the middle of it. */
export function isLeftover(name: string, file: string): boolean {
  return name.startsWith(`${file}.`) && /^\d+$/.test(name.slice(file.length + 1));
}

/** Moves a file that cannot be used out of the way and keeps it. Resolves to where it is now. */
export async function setAside(path: string, clock: Clock): Promise<string> {
  const at = new Date(clock.now()).toISOString().replaceAll(':', '-');
  const aside = `${path}.damaged-${at}`;
  try {
    await rename(path, aside);
    return aside;
  } catch {
    // It is about to be replaced where it lies; what is said names it there.
    return path;
  }
}

// Without it a power cut may undo the rename (man 2 fsync).
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } catch (error) {
    // File systems that know no such thing.
    if (codeOf(error) !== 'EINVAL') throw error;
  } finally {
    await directory.close();
  }
}
