import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { isMissing } from './open-file.ts';

/** Whether the folder of a container can be read, and if not, why. */
export function visibilityOf(folder: string): 'file' | 'no_file' | 'not_visible' | 'denied' {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
    return 'file';
  } catch (error) {
    // That of a container which is removed is gone, those of the others are not.
    if (isMissing(error)) return isReadable(dirname(folder)) ? 'no_file' : 'not_visible';
    return 'denied';
  }
}

function isReadable(folder: string): boolean {
  try {
    accessSync(folder, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
