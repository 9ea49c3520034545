import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { types } from 'node:util';
import { ChoiceError } from './choices.ts';

/** Throws a {@link ChoiceError} where the folder is in use: only a new or an empty one is written to. */
export function assertUsable(directory: string): void {
  const inUse = entriesOf(directory).filter((name) => name !== '.git');
  if (inUse.length > 0)
    throw new ChoiceError(
      `the folder ${directory} is not empty: it has ${inUse[0]}; name another with --directory`,
    );
}

/** Writes files into a folder, which is made where there is none. A file that is there is never overwritten. */
export function write(files: ReadonlyMap<string, string>, directory: string): void {
  assertUsable(directory);
  for (const [path, text] of files) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: 'wx' });
  }
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    switch (codeOf(error)) {
      case 'ENOENT':
        return [];
      case 'ENOTDIR':
        throw new ChoiceError(`${directory} is not a folder; name another with --directory`);
      default:
        throw error;
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return types.isNativeError(error) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
