import { VirtualClock } from '@tallyman/testkit';
import type { Disk } from '../../../src/ship/spool/disk.ts';
import { openSpool, type SpoolSettings } from '../../../src/ship/spool/disk-spool.ts';
import { SpoolSpace } from '../../../src/ship/spool/spool-space.ts';
import { logInto, type Said } from '../lane-under-test.ts';
import { FaultyDisk } from './faulty-disk.ts';

export const directory = '/state/lanes/test/spool';

/** A spool on a disk in memory, which can be opened again. */
export function bench(settings: Partial<SpoolSettings> = {}, disk = new FaultyDisk()) {
  const clock = new VirtualClock();
  const said: Said[] = [];
  // It outlives the crashes of the disk.
  const shared: Disk = { ...disk.port(), space: (path) => disk.port().space(path) };
  const space = new SpoolSpace({ directory, maxBytes: 2 ** 30, clock, disk: shared });
  const open = () =>
    openSpool({
      directory,
      maxBytes: 2 ** 20,
      space,
      clock,
      log: logInto(said),
      disk: disk.port(),
      ...settings,
    });
  return { disk, clock, said, space, open };
}
