import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  cgroupMountsFrom,
  groupOfContainer,
  groupsFrom,
  seenUnder,
  usualGroups,
} from '../../src/decode/cgroup-paths.ts';

const id = 'c0ffee'.padEnd(64, '0');
const other = 'beef'.padEnd(64, '0');

describe('where control groups are', () => {
  test('any text gives some mounts, groups and paths, or none', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, path) => {
        cgroupMountsFrom(text);
        groupsFrom(text);
        groupOfContainer(path, id);
        seenUnder({ mountPoint: '/sys/fs/cgroup', root: text, controllers: [] }, path);
        usualGroups(id, path);
      }),
    );
  });

  test('is in mountinfo: v1 by controller, v2 without', () => {
    const mountinfo = [
      '90 89 0:29 / /sys/fs/cgroup/cpu,cpuacct ro,nosuid shared:9 master:2 - cgroup cgroup rw,cpu,cpuacct',
      '91 89 0:30 /../.. /host\\040groups/memory ro - cgroup cgroup rw,memory',
      '92 89 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate',
      '93 89 0:32 / /proc rw - proc proc rw',
      'nonsense',
    ].join('\n');

    expect(cgroupMountsFrom(mountinfo)).toEqual([
      {
        mountPoint: '/sys/fs/cgroup/cpu,cpuacct',
        root: '/',
        controllers: ['rw', 'cpu', 'cpuacct'],
      },
      { mountPoint: '/host groups/memory', root: '/../..', controllers: ['rw', 'memory'] },
      { mountPoint: '/sys/fs/cgroup/unified', root: '/', controllers: [] },
    ]);
  });

  test('of a process is in its cgroup file, each controller by itself', () => {
    const text = `9:name=systemd:/init.scope\n4:memory:/a/${id}\n2:cpu,cpuacct:/b:c/${id}\n0::/docker/${id}\n`;

    expect([...groupsFrom(text)]).toEqual([
      ['name=systemd', '/init.scope'],
      ['memory', `/a/${id}`],
      ['cpu', `/b:c/${id}`],
      ['cpuacct', `/b:c/${id}`],
      ['', `/docker/${id}`],
    ]);
  });

  test.each([
    [`/docker/${id}`, `/docker/${id}`],
    [`/system.slice/docker-${id}.scope/init.scope`, `/system.slice/docker-${id}.scope`],
    [`/docker/${other}/docker/${id}/nested`, `/docker/${other}/docker/${id}`],
    [`/machine.slice/libpod-${id}.scope/container`, `/machine.slice/libpod-${id}.scope`],
    [`/../${id}`, `/../${id}`],
    [`/docker/${other}`, undefined],
    ['/', undefined],
  ])('of a container is %s cut off behind its id', (path, group) => {
    expect(groupOfContainer(path, id)).toBe(group);
  });

  test.each([
    ['/', `/docker/${id}`, `/M/docker/${id}`],
    [`/docker/${other}`, `/docker/${other}/docker/${id}`, `/M/docker/${id}`],
    ['/../..', `/../../system.slice/docker-${id}.scope`, `/M/system.slice/docker-${id}.scope`],
    // Where the agent's own group lies in between, nobody says its name.
    ['/../..', `/../${id}`, undefined],
    ['/', `/../${id}`, undefined],
    [`/docker/${other}`, `/docker/${id}`, undefined],
    ['/docker', `/docker-x/${id}`, undefined],
  ])('mounted from %s, the group %s is seen at %s', (root, path, seen) => {
    expect(seenUnder({ mountPoint: '/M', root, controllers: [] }, path)).toBe(seen);
  });

  test('is guessed by the names that engines use, and never outside of the mount', () => {
    expect(usualGroups(id, '')).toContain(`/system.slice/docker-${id}.scope`);
    expect(usualGroups(id, '/team/a/')).toContain(`/team/a/${id}`);
    expect(usualGroups(id, '/')).toContain(`/${id}`);
    expect(usualGroups(id, 'team-a.slice')).toContain(
      `/team.slice/team-a.slice/docker-${id}.scope`,
    );
    expect(usualGroups(id, '/../../etc')).toEqual([]);
  });
});
