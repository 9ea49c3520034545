import { describe, expect, test } from '@jest/globals';
import type { ContainerDetails } from '../../../../src/decode/inspect.ts';
import { Tree, written } from './tree.ts';

const id = 'c0ffee'.padEnd(64, '0');
const other = 'beef'.padEnd(64, '0');

function inspected(
  answer: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    Id: id,
    Name: '/web',
    State: { Running: true, Pid: 42, StartedAt: '2025-01-01T00:00:00Z' },
    HostConfig: { NetworkMode: 'bridge' },
    NetworkSettings: { Networks: { bridge: {} } },
    ...answer,
  };
}

const host = { HostConfig: { NetworkMode: 'host' } };

const counted = {
  rxPackets: 1,
  rxErrors: 0,
  rxDropped: 0,
  txBytes: 20,
  txPackets: 2,
  txErrors: 0,
  txDropped: 0,
};
const sample = {
  readAt: '2025-01-01T00:00:00.000000000Z',
  systemNanos: 10_000_000_000,
  cpu: {
    usageNanos: 5e9,
    userNanos: 3e9,
    systemNanos: 2e9,
    throttledPeriods: 4,
    throttledNanos: 70_000,
    onlineCpus: 2,
  },
  memory: {
    usageBytes: 10_000,
    workingSetBytes: 8_000,
    rssBytes: 3_000,
    cacheBytes: 4_000,
    limitBytes: 50_000,
    percent: 16,
    failures: 1,
  },
  network: { rxBytes: 7, ...counted, interfaces: { eth0: { rxBytes: 7, ...counted } } },
  blockIo: { readBytes: 110, writeBytes: 220, readOps: 4, writeOps: 6 },
  pids: { current: 3, limit: 64 },
};

function v1GroupsOf(group: string): string {
  return `5:cpu:${group}\n4:cpuacct:${group}\n3:memory:${group}\n2:pids:${group}\n1:blkio:${group}\n0::${group}\n`;
}

/** A tree in which a container stands in v1, as the cgroupfs driver has it. */
function v1Tree(): Tree {
  const tree = new Tree();
  tree.mountV1();
  tree.v1Group(`/docker/${id}`);
  tree.process(42, v1GroupsOf(`/docker/${id}`), { eth0: 7 });
  return tree;
}

function v2Tree(group = `/system.slice/docker-${id}.scope`): Tree {
  const tree = new Tree();
  tree.mount('cgroup');
  tree.v2Group(group);
  tree.process(42, `0::${group}\n`, { eth0: 7 });
  return tree;
}

function unreadable(why: string) {
  return { kind: 'unreadable', why };
}

describe('a container is read whole', () => {
  test('from cgroup v1', () => {
    using tree = v1Tree();
    const reading = tree.source().read(tree.container(inspected()));

    expect(reading).toEqual({ kind: 'sample', sample });
  });

  test('from cgroup v2', () => {
    using tree = v2Tree();
    const reading = tree.source().read(tree.container(inspected()));

    expect(reading).toEqual({ kind: 'sample', sample });
  });

  test('from v1 in a hybrid setup, where v2 is mounted without controllers', () => {
    using tree = v1Tree();
    tree.mount('cgroup/unified');
    tree.write(`cgroup/unified/docker/${id}/cpu.stat`, 'usage_usec 1\n');

    expect(tree.source().version).toBe(1);
    expect(tree.source().read(tree.container(inspected()))).toEqual({ kind: 'sample', sample });
  });

  test('from v1 where controllers share a mount and stand in groups of their own', () => {
    using tree = new Tree();
    tree.mount('cgroup/cpu', 'cpu,cpuacct');
    tree.mount('cgroup/memory', 'memory');
    tree.v1Group(`/a/${id}`);
    tree.remove('cgroup/cpuacct');
    tree.write(`cgroup/cpu/a/${id}/cpuacct.usage`, '5000000000');
    tree.v1Group(`/b/${id}`, { ...written, usageBytes: 6_000 });
    tree.process(42, `2:cpu,cpuacct:/a/${id}\n1:memory:/b/${id}\n`, { eth0: 7 });

    const reading = tree.source().read(tree.container(inspected()));

    expect(reading).toMatchObject({
      kind: 'sample',
      sample: { cpu: { usageNanos: 5e9, throttledPeriods: 4 }, memory: { usageBytes: 6_000 } },
    });
    // Controllers that are not mounted.
    expect(reading).not.toHaveProperty('sample.pids');
    expect(reading).not.toHaveProperty('sample.blockIo');
  });

  test.each([
    ['under a slice', 'team-a.slice', `/team.slice/team-a.slice/docker-${id}.scope`],
    ['by Podman', '', `/machine.slice/libpod-${id}.scope`],
    ['without systemd', '', `/docker/${id}`],
    ['under a parent', '/team/a', `/team/a/${id}`],
  ])(
    'from v2 %s, also where only its group is visible and its network is the host’s',
    (_, parent, group) => {
      using tree = v2Tree(group);
      tree.remove('proc/42');
      const HostConfig = { CgroupParent: parent, NetworkMode: 'host' };

      const reading = tree.source().read(tree.container(inspected({ HostConfig })));

      const { network: __, ...rest } = sample;
      expect(reading).toEqual({ kind: 'sample', sample: rest });
    },
  );

  test('from its own group where its first process is in one below', () => {
    using tree = v2Tree();
    const below = `/system.slice/docker-${id}.scope/init.scope`;
    tree.process(42, `0::${below}\n`, { eth0: 7 });
    tree.v2Group(below, { ...written, usageBytes: 1 });

    expect(tree.source().read(tree.container(inspected()))).toEqual({ kind: 'sample', sample });
  });

  test('within a container that is a host itself, of which only its own part is mounted', () => {
    using tree = new Tree();
    tree.mountV1(`/docker/${other}`);
    tree.v1Group(`/nested/${id}`);
    tree.process(42, v1GroupsOf(`/docker/${other}/nested/${id}`), { eth0: 7 });

    expect(tree.source().read(tree.container(inspected()))).toEqual({ kind: 'sample', sample });
  });

  test('from a cgroup namespace, where paths lead out of it', () => {
    using tree = new Tree();
    tree.mount('cgroup', '', '/../..');
    tree.v2Group(`/custom/${id}`);
    tree.process(42, `0::/../../custom/${id}\n`, { eth0: 7 });

    expect(tree.source().read(tree.container(inspected()))).toEqual({ kind: 'sample', sample });
  });

  test('with the processes of the host where they are mounted beside the agent’s own', () => {
    using tree = v2Tree();
    tree.remove('proc/42');
    tree.process(42, '0::/init.scope\n', { eth0: 1 });
    tree.process(42, `0::/system.slice/docker-${id}.scope\n`, { eth0: 7 }, 'host-proc');

    expect(tree.source().read(tree.container(inspected()))).toEqual({ kind: 'sample', sample });
  });

  test('that is the agent’s own, which in its namespace stands at the root', () => {
    using tree = v2Tree();
    tree.process(42, '0::/\n', { eth0: 7 });
    const own = tree.container(inspected());

    expect(tree.source({ ownContainerId: id }).read(own)).toEqual({ kind: 'sample', sample });
    expect(tree.source().read(own)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('the network', () => {
  const readings = (
    answer: Readonly<Record<string, unknown>>,
    interfaces: Record<string, number>,
  ) => {
    const tree = v2Tree();
    tree.process(42, `0::/system.slice/docker-${id}.scope\n`, interfaces);
    return { tree, read: () => tree.source().read(tree.container(inspected(answer))) };
  };

  test.each(['host', 'none'])(
    'is left out with --network %s, as the engine leaves it out',
    (mode) => {
      const { tree, read } = readings({ HostConfig: { NetworkMode: mode } }, { eth0: 7 });
      using _ = tree;

      expect(read()).not.toHaveProperty('sample.network');
      expect(read()).toMatchObject({ kind: 'sample' });
    },
  );

  test('has the interfaces that the engine made, not those that the container made', () => {
    const { tree, read } = readings(
      {
        NetworkSettings: {
          Networks: { a: {}, b: { DriverOpts: { 'com.docker.network.endpoint.ifname': 'lan' } } },
        },
      },
      { eth0: 7, lan: 8, docker0: 9, veth12: 1, tunl0: 0 },
    );
    using _ = tree;

    expect(read()).toMatchObject({ sample: { network: { rxBytes: 15 } } });
    expect(read()).toHaveProperty('sample.network.interfaces', {
      eth0: { rxBytes: 7, ...counted },
      lan: { rxBytes: 8, ...counted },
    });
  });

  test('cannot be read where a driver has given names of its own', () => {
    const { tree, read } = readings({}, { cali0: 7 });
    using _ = tree;

    expect(read()).toEqual(unreadable('the interfaces of its network are not known'));
  });

  test.each([
    ['container:web2', 'bridge', true],
    [`container:${other}`, 'bridge', true],
    [`container:${other}`, 'host', false],
  ])('of %s, which is in that of %s, is that of the other', (mode, others, isThere) => {
    const { tree, read } = readings(
      { HostConfig: { NetworkMode: mode }, NetworkSettings: {} },
      { eth0: 7 },
    );
    using _ = tree;
    const HostConfig = { NetworkMode: others };
    tree.container(inspected({ Id: other, Name: '/web2', HostConfig }));

    expect('sample' in read() && 'network' in Object(read()).sample).toBe(isThere);
  });

  test('of a container that nobody knows cannot be read', () => {
    const { tree, read } = readings({ HostConfig: { NetworkMode: 'container:gone' } }, { eth0: 7 });
    using _ = tree;

    expect(read()).toEqual(unreadable('it is in the network of an unknown container'));
  });

  test('of its own cannot be read where its process is not visible', () => {
    using tree = v2Tree();
    tree.remove('proc/42');

    expect(tree.source().read(tree.container(inspected()))).toEqual(
      unreadable('its process is not visible, and with that its network'),
    );
  });
});

describe('what cannot be read is not', () => {
  test('a process whose number has gone to another container', () => {
    using tree = v2Tree();
    const source = tree.source();
    const container = tree.container(inspected());
    const before = source.read(container);
    tree.v2Group(`/system.slice/docker-${other}.scope`, { ...written, usageBytes: 1 });
    tree.process(42, `0::/system.slice/docker-${other}.scope\n`, { eth0: 1 });

    expect(before.kind).toBe('sample');
    expect(source.read(container).kind).toBe('unreadable');
    expect(source.read(container)).toEqual(
      unreadable('its process is not visible, and with that its network'),
    );
    expect(source.refuses(container)).toBe(true);
  });

  test('another container’s figures, where the number was another’s from the beginning', () => {
    using tree = v2Tree(`/system.slice/docker-${other}.scope`);

    expect(tree.source().read(tree.container(inspected(host)))).toEqual(
      unreadable('its control group is not visible'),
    );
  });

  test('a container that ended meanwhile', () => {
    using tree = v1Tree();
    const source = tree.source();
    const container = tree.container(inspected());
    source.read(container);
    for (const controller of ['cpu', 'cpuacct', 'memory', 'pids', 'blkio'])
      tree.remove(`cgroup/${controller}/docker/${id}`);

    expect(source.read(container).kind).toBe('unreadable');
  });

  test('a group without memory or CPU time', () => {
    using tree = v2Tree();
    tree.remove(`cgroup/system.slice/docker-${id}.scope/memory.current`);

    expect(tree.source().read(tree.container(inspected()))).toEqual(
      unreadable('its control group does not count both CPU time and memory'),
    );
  });

  test('anything where no control groups are mounted', () => {
    using tree = new Tree();

    expect(tree.source().version).toBeUndefined();
    expect(tree.source().read(tree.container(inspected()))).toEqual(
      unreadable('no control groups are mounted here'),
    );
  });

  test('and a new run is looked for anew', () => {
    using tree = v2Tree();
    const source = tree.source();
    const before: ContainerDetails = tree.container(
      inspected({ State: { Running: true, Pid: 7 } }),
    );
    const refused = source.read(before);

    expect(refused.kind).toBe('unreadable');
    expect(source.refuses(before)).toBe(true);
    expect(source.read(tree.container(inspected())).kind).toBe('sample');
  });

  test('a file that has no end', () => {
    using tree = v1Tree();
    tree.write('proc/42/net/dev', `eth0: ${'1 '.repeat(3 * 1024 * 1024)}`);

    expect(tree.source().read(tree.container(inspected())).kind).toBe('unreadable');
  });
});

test('a file longer than usual is read to its end', () => {
  using tree = v1Tree();
  tree.write('proc/stat', `cpu 1 2 3 4 5 6 7\n${'cpu0 1 2\n'.repeat(20_000)}`);

  expect(tree.source().read(tree.container(inspected()))).toMatchObject({
    sample: { systemNanos: 280_000_000, cpu: { onlineCpus: 20_000 } },
  });
});
