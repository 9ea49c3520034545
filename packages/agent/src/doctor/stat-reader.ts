import { CgroupSource } from '@tallyman/core';
import { counted } from './counted.ts';
import type { Examined } from './examination.ts';
import type { Finding } from './finding.ts';
import type { Surveyed, SurveyedContainer } from './survey.ts';

/** A container whose stats are wanted, and why its control group gives none. */
interface Unread {
  readonly container: SurveyedContainer;
  readonly why: string;
}

/** Whether stats are read from the control groups, and if not, why. */
export async function examineStatReader(examined: Examined): Promise<readonly Finding[]> {
  const found = await examined.survey;
  const { enabled, reader } = examined.config.collect.stats;
  if (found.kind === 'unreached' || !enabled || reader === 'engine') return [];
  const wanted = found.containers.filter(
    ({ route, details }) => route.lanes.stat.length > 0 && details.isRunning,
  );
  if (wanted.length === 0) return [];
  const unread =
    reader === 'cgroup' || found.engine.isLocal
      ? unreadOf(wanted, examined, found)
      : wanted.map((container) => ({ container, why: 'the engine is not on this host' }));
  if (reader === 'cgroup' && unread.length > 0) return [unreachable(unread, examined)];
  return [chosen(wanted.length, unread, examined)];
}

function unreadOf(
  wanted: readonly SurveyedContainer[],
  { clock, host }: Examined,
  { containers }: Surveyed,
): readonly Unread[] {
  const byId = new Map(containers.map(({ details }) => [details.id, details]));
  const directory = { get: (id: string) => byId.get(id), all: () => [...byId.values()] };
  const { ownContainerId } = host;
  const own = ownContainerId === undefined ? {} : { ownContainerId };
  const source = new CgroupSource({ clock, directory, ...own });
  return wanted.flatMap((container) => {
    const reading = source.read(container.details);
    return reading.kind === 'sample' ? [] : [{ container, why: reading.why }];
  });
}

const mounts =
  'give the agent’s container -v /sys/fs/cgroup:/sys/fs/cgroup:ro and --pid host (or -v /proc:/host/proc:ro)';

function whyOf(unread: readonly Unread[]): string {
  return [...new Set(unread.map(({ why }) => why))].join('; ');
}

function unreachable(unread: readonly Unread[], { host }: Examined): Finding {
  return {
    code: 'stat.cgroup_unreachable',
    severity: 'problem',
    where: unread.map(({ container }) => container.details.name),
    what: `collect.stats.reader is cgroup, and they have no stats: ${whyOf(unread)}`,
    todo: host.isContainer
      ? `${mounts}; or set collect.stats.reader: auto`
      : 'set collect.stats.reader: auto',
  };
}

function chosen(wanted: number, unread: readonly Unread[], { host }: Examined): Finding {
  const about = { code: 'stat.reader', severity: 'fine', where: ['stats'] } as const;
  const read = wanted - unread.length;
  if (unread.length === 0)
    return {
      ...about,
      what: `the stats of ${counted(read, 'container')} are read from control groups`,
    };
  const what = `the stats of ${counted(read, 'container')} are read from control groups, of ${unread.length} through the engine: ${whyOf(unread)}`;
  return host.isContainer
    ? { ...about, what, todo: `to spare the engine: ${mounts}` }
    : { ...about, what };
}
