import { outlivesContainer } from '../state/outlives-container.ts';
import type { ExaminedHost } from './examination.ts';
import type { Finding } from './finding.ts';

/** Whether what is written there is there tomorrow. `real`: the path, as far as it is there, without symbolic links. */
export function lastingFindings(
  path: string,
  real: string,
  { mountinfo, isContainer }: ExaminedHost,
): readonly Finding[] {
  if (isContainer) {
    if (mountinfo === '' || outlivesContainer(mountinfo, real)) return [];
    return [
      volatile(
        path,
        'it is removed together with this container: with it goes how far logs were read, and what is not delivered yet',
        `mount a volume there: docker run -v tallyman:${path} …`,
      ),
    ];
  }
  // On a host all but what is in memory stays.
  if (outlivesContainer(asIfMounted(mountinfo), real)) return [];
  return [
    volatile(
      path,
      'it is on a file system in memory: after a restart of the host it is empty',
      'name a directory on a disk in state.directory',
    ),
  ];
}

/** The root of a host is no container's. */
function asIfMounted(mountinfo: string): string {
  return mountinfo
    .split('\n')
    .filter((line) => line.split(' ')[4] !== '/')
    .join('\n');
}

function volatile(path: string, what: string, todo: string): Finding {
  return { code: 'state.volatile', severity: 'warning', where: [path], what, todo };
}
