import type { ContainerOptions, EmbeddedContainer } from './container.ts';
import { jsonTime, secondsOf, zeroTime } from './time.ts';
import type { EngineGeneration } from './world.ts';

/** What of the engine shows in a container's description. */
export interface ContainerSurroundings {
  readonly networkId: string;
  readonly generation: EngineGeneration;
}

/** An entry of `/containers/json`, as 20.10 and 28.5 write it. */
export function listed(
  container: EmbeddedContainer,
  nowNanos: bigint,
  surroundings: ContainerSurroundings,
): unknown {
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: container.image,
    ImageID: container.imageId,
    Command: shownCommand(commandOf(container)),
    Created: secondsOf(container.createdNanos),
    Ports: [],
    Labels: container.labels,
    State: container.status,
    Status: statusText(container, nowNanos),
    HostConfig: { NetworkMode: networkModeOf(container, surroundings) },
    NetworkSettings: { Networks: networksOf(container, surroundings) },
    Mounts: [],
  };
}

/** `/containers/{id}/json`: what concerns logs, stats and events, and what readers commonly look at. */
export function inspected(
  container: EmbeddedContainer,
  surroundings: ContainerSurroundings,
): unknown {
  const { id, options } = container;
  // These are made when it starts for the first time.
  const directory = `/var/lib/docker/containers/${id}`;
  const fileOf = (name: string) =>
    container.startedNanos === undefined ? '' : `${directory}/${name}`;
  const [path = '', ...args] = commandOf(container);
  const driver = options.driver ?? 'json-file';
  return {
    Id: id,
    Created: jsonTime(container.createdNanos),
    Path: path,
    Args: args,
    State: stateOf(container),
    Image: container.imageId,
    ResolvConfPath: fileOf('resolv.conf'),
    HostnamePath: fileOf('hostname'),
    HostsPath: fileOf('hosts'),
    LogPath: driver === 'json-file' ? fileOf(`${id}-json.log`) : '',
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    HostConfig: {
      LogConfig: { Type: driver, Config: logOptionsOf(options) },
      NetworkMode: networkModeOf(container, surroundings),
      RestartPolicy: {
        Name: options.restart ?? noRestart[surroundings.generation],
        MaximumRetryCount: 0,
      },
      AutoRemove: options.autoRemove ?? false,
      Memory: options.memoryLimitBytes ?? 0,
      NanoCpus: Math.round((options.cpus ?? 0) * 1e9),
      CpuPeriod: 0,
      CpuQuota: 0,
      PidsLimit: options.pidsLimit ?? null,
    },
    Mounts: [],
    Config: {
      Hostname: id.slice(0, 12),
      Tty: options.tty ?? false,
      OpenStdin: false,
      Env: null,
      Cmd: commandOf(container),
      Image: container.image,
      Labels: container.labels,
    },
    NetworkSettings: { Networks: networksOf(container, surroundings) },
  };
}

// A file's size is not told: the log rotates by the number of its entries.
function logOptionsOf({ rotation }: ContainerOptions): Readonly<Record<string, string>> {
  return rotation === undefined ? {} : { 'max-size': '1m', 'max-file': `${rotation.files}` };
}

// As for a container that was created without a word about it.
const noRestart: Readonly<Record<EngineGeneration, string>> = { '20.10': '', '28.5': 'no' };

function stateOf(container: EmbeddedContainer): unknown {
  const { status } = container;
  return {
    Status: status,
    // While it waits for its restart, moby calls a container running too.
    Running: container.isUp || status === 'restarting',
    Paused: status === 'paused',
    Restarting: status === 'restarting',
    OOMKilled: container.oomKilled,
    Dead: status === 'dead',
    Pid: container.isUp ? 4242 : 0,
    ExitCode: container.isUp ? 0 : container.exitCode,
    Error: '',
    StartedAt: timeOrZero(container.startedNanos),
    FinishedAt: timeOrZero(container.finishedNanos),
    ...(container.health
      ? { Health: { Status: container.health, FailingStreak: 0, Log: [] } }
      : {}),
  };
}

function statusText(container: EmbeddedContainer, nowNanos: bigint): string {
  const ago = (since: bigint | undefined) => `${secondsOf(nowNanos - (since ?? nowNanos))} seconds`;
  const health = container.health ? ` (${container.health})` : '';
  switch (container.status) {
    case 'created':
      return 'Created';
    case 'running':
      return `Up ${ago(container.startedNanos)}${health}`;
    case 'paused':
      return `Up ${ago(container.startedNanos)} (Paused)`;
    case 'restarting':
      return `Restarting (${container.exitCode}) ${ago(container.finishedNanos)} ago`;
    case 'removing':
      return 'Removal In Progress';
    case 'dead':
      return 'Dead';
    case 'exited':
      return `Exited (${container.exitCode}) ${ago(container.finishedNanos)} ago`;
  }
}

/** Words with blanks are quoted (moby container/view.go, strconv.Quote and the like). */
function shownCommand(words: readonly string[]): string {
  return words.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ');
}

function commandOf(container: EmbeddedContainer): readonly string[] {
  return container.options.command ?? ['sh'];
}

function networkModeOf(
  container: EmbeddedContainer,
  { generation }: ContainerSurroundings,
): string {
  if (container.options.network === 'host') return 'host';
  return generation === '20.10' ? 'default' : 'bridge';
}

function networksOf(container: EmbeddedContainer, surroundings: ContainerSurroundings): unknown {
  const up = container.isUp;
  const network = {
    IPAMConfig: null,
    Links: null,
    Aliases: null,
    NetworkID: container.startedNanos === undefined ? '' : surroundings.networkId,
    EndpointID: up ? container.id : '',
    Gateway: up ? '172.17.0.1' : '',
    IPAddress: up ? '172.17.0.2' : '',
    IPPrefixLen: up ? 16 : 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    MacAddress: up ? '02:42:ac:11:00:02' : '',
    DriverOpts: null,
    ...(surroundings.generation === '28.5' ? { GwPriority: 0, DNSNames: null } : {}),
  };
  return { [container.options.network === 'host' ? 'host' : 'bridge']: network };
}

function timeOrZero(nanos: bigint | undefined): string {
  return nanos === undefined ? zeroTime : jsonTime(nanos);
}
