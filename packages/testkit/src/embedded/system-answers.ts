import { type Answer, json, text } from './answer.ts';
import { jsonTime } from './time.ts';
import type { World } from './world.ts';

/** `/_ping`. */
export function pingAnswer({ generation }: World): Answer {
  const answer = text('OK');
  const uncached = { 'Cache-Control': 'no-cache, no-store, must-revalidate', Pragma: 'no-cache' };
  const added = generation === '28.5' ? { 'Builder-Version': '2', Swarm: 'inactive' } : {};
  return { ...answer, headers: { ...uncached, ...added, ...answer.headers } };
}

/** `/version`. */
export function versionAnswer({ identity }: World): Answer {
  const { version, apiVersion, minApiVersion } = identity;
  const machine = { Os: 'linux', Arch: 'amd64', KernelVersion: '6.1.0' };
  return json({
    Platform: { Name: '' },
    Components: [
      {
        Name: 'Engine',
        Version: version,
        Details: { ApiVersion: apiVersion, MinAPIVersion: minApiVersion, ...machine },
      },
    ],
    Version: version,
    ApiVersion: apiVersion,
    MinAPIVersion: minApiVersion,
    GitCommit: '',
    GoVersion: '',
    ...machine,
  });
}

/** `/info`: who the engine is and what it counts. */
export function infoAnswer(world: World): Answer {
  const { identity, containers } = world;
  const count = (...statuses: readonly string[]) =>
    containers.filter(({ status }) => statuses.includes(status)).length;
  return json({
    ID: world.networkId.slice(0, 36),
    Containers: containers.length,
    ContainersRunning: count('running'),
    ContainersPaused: count('paused'),
    ContainersStopped: count('created', 'exited', 'dead', 'restarting', 'removing'),
    Images: new Set(containers.map(({ imageId }) => imageId)).size,
    Driver: 'overlay2',
    MemoryLimit: true,
    SystemTime: jsonTime(world.now()),
    LoggingDriver: 'json-file',
    CgroupDriver: identity.host.cgroup === 'v2' ? 'systemd' : 'cgroupfs',
    CgroupVersion: identity.host.cgroup.slice(1),
    KernelVersion: '6.1.0',
    OperatingSystem: 'embedded engine',
    OSType: 'linux',
    Architecture: 'x86_64',
    NCPU: identity.host.cpus,
    MemTotal: identity.host.memoryBytes,
    DockerRootDir: '/var/lib/docker',
    Name: identity.name,
    Labels: [],
    ServerVersion: identity.version,
    Warnings: null,
  });
}
