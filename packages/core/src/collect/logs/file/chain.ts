import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Descriptors } from './descriptors.ts';
import { inodeAt, isMissing, type OpenLogFile } from './open-file.ts';

/** One file of a log, as long as it was when it was opened. */
export interface Segment {
  readonly file: OpenLogFile;
  readonly isCompressed: boolean;
  readonly size: number;
}

const attempts = 20;

/**
 * Opens all files of a log, the oldest first; the last is the one that is written to. Rejects as `open` does where
 * that one is missing.
 */
export async function openChain(path: string, descriptors: Descriptors): Promise<Segment[]> {
  for (let attempt = 1; ; attempt++) {
    const chain = [await segmentAt(path, descriptors)];
    try {
      for (const index of await rotatedBeside(path))
        chain.unshift(await rotated(`${path}.${index}`, descriptors));
      // The files move on while they are opened, unless the first is where it was.
      const isStill = inodeAt(path) === chain.at(-1)?.file.inode;
      if (isStill || attempt === attempts) return chain;
    } catch (error) {
      if (!isMissing(error) || attempt === attempts) {
        await closeAll(chain);
        throw error;
      }
    }
    await closeAll(chain);
  }
}

export async function closeAll(chain: readonly Segment[]): Promise<void> {
  await Promise.all(chain.map(({ file }) => file.close()));
}

/** The numbers of the older files, the youngest first. */
async function rotatedBeside(path: string): Promise<readonly number[]> {
  const prefix = `${basename(path)}.`;
  const names = await readdir(dirname(path));
  const numbers = names
    .filter((name) => name.startsWith(prefix))
    .map((name) => /^(\d+)(?:\.gz)?$/.exec(name.slice(prefix.length))?.[1])
    .filter((number) => number !== undefined);
  return [...new Set(numbers.map(Number))].toSorted((a, b) => a - b);
}

/** While a file is being compressed both are there; the compressed one is whole once the other is gone. */
async function rotated(path: string, descriptors: Descriptors): Promise<Segment> {
  try {
    return await segmentAt(path, descriptors);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { ...(await segmentAt(`${path}.gz`, descriptors)), isCompressed: true };
  }
}

async function segmentAt(path: string, descriptors: Descriptors): Promise<Segment> {
  const file = await descriptors.open(path);
  return { file, isCompressed: false, size: file.size() };
}
