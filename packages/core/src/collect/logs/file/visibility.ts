import { closeSync, constants, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isMissing } from './open-file.ts';

/**
 * Whether the folder of a container can be read, and if not, why. Found out by doing it: access(2) takes no account
 * of the capabilities of a user who is not root.
 */
export function visibilityOf(folder: string): 'file' | 'no_file' | 'not_visible' | 'denied' {
  try {
    closeSync(openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY));
    statSync(`${folder}/.`);
    return 'file';
  } catch (error) {
    // That of a container which is removed is gone, those of the others are not.
    if (isMissing(error)) return isSearchable(dirname(folder)) ? 'no_file' : 'not_visible';
    return 'denied';
  }
}

function isSearchable(folder: string): boolean {
  try {
    statSync(`${folder}/.`);
    return true;
  } catch {
    return false;
  }
}
