import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, messageOf } from '@tallyman/sdk';
import type { Diagnostics } from '../vitals/log.ts';
import { type ReplaceFile, setAside } from './atomic-file.ts';
import { StateError } from './state-error.ts';
import { codeOf } from './system-error.ts';

const fileName = 'tallyman.json';
/** Of the directory's form. */
export const stateVersion = 1;

/** When a state directory was born, on the engine's clock; nothing where it is new. Throws {@link StateError}. */
export async function readBirth(
  directory: string,
  { clock, log }: { readonly clock: Clock; readonly log: Diagnostics },
): Promise<string | undefined> {
  const path = join(directory, fileName);
  try {
    return bornAtFrom(await readFile(path, 'utf8'), directory);
  } catch (error) {
    if (error instanceof StateError) throw error;
    if (codeOf(error) === 'ENOENT') return undefined;
    // It was written once, at the birth.
    const bornAt = await writtenAt(path);
    const aside = await setAside(path, clock);
    log.warn(
      { file: aside, error: messageOf(error), bornAt },
      "The state directory's birth cannot be read, the age of the file counts instead. The file is not needed any more.",
    );
    return bornAt;
  }
}

/** Writes down when the directory was born. Where that fails, it is said, and the next start tries again. */
export async function writeBirth(
  directory: string,
  bornAt: string,
  { log, replaceFile }: { readonly log: Diagnostics; readonly replaceFile: ReplaceFile },
): Promise<void> {
  const path = join(directory, fileName);
  try {
    await replaceFile(path, `${JSON.stringify({ version: stateVersion, bornAt })}\n`);
  } catch (error) {
    log.warn(
      { file: path, error: messageOf(error) },
      "The state directory's birth cannot be written down, the next start counts as its birth.",
    );
  }
}

async function writtenAt(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.mtime.toISOString().replace('Z', '000000Z');
}

function bornAtFrom(text: string, directory: string): string {
  const file: unknown = JSON.parse(text);
  if (typeof file !== 'object' || file === null || !('version' in file))
    throw new Error('it says no version');
  if (typeof file.version === 'number' && file.version > stateVersion)
    throw new StateError(
      'future',
      `${directory} was written by a newer version of Tallyman (format ${file.version}, this one knows ${stateVersion}); run that version, or move the directory away to begin anew`,
    );
  const { bornAt } = { bornAt: undefined, ...file };
  if (typeof bornAt !== 'string' || Number.isNaN(Date.parse(bornAt)))
    throw new Error('its birth is no time');
  return bornAt;
}
