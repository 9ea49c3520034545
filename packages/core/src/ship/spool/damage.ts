import { join } from 'node:path';
import type { Disk } from './disk.ts';
import type { Damage } from './recovery.ts';
import { asideName } from './segment-format.ts';
import type { SpoolReports } from './spool-reports.ts';

/** Renames the damaged files of the directory, so that later runs know that the damage was seen. */
export async function setAside(
  damages: readonly Damage[],
  directory: string,
  disk: Disk,
  reports: SpoolReports,
): Promise<void> {
  for (const { number, path, goodFrames, segment } of damages) {
    const name = join(directory, asideName(number, goodFrames));
    try {
      await disk.rename(path, name);
      if (segment) segment.path = name;
    } catch (error) {
      reports.notSetAside(path, error);
    }
  }
  if (damages.length > 0) await disk.syncDirectory(directory).catch(() => undefined);
}
