import {
  isRecord,
  type JsonObject,
  numberOf,
  objectOf,
  optional,
  stringOf,
  textMapOf,
} from './json.ts';
import { normalisedTime } from './timestamp.ts';

/** What the agent knows of a container: the engine's inspect answer, reduced to what is used. */
export interface ContainerDetails {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly imageId?: string;
  /** All of them; records carry only those that `collect.labels` names. */
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt?: string;
  /** Program and arguments. */
  readonly command?: string;
  readonly tty: boolean;
  readonly logDriver: string;
  /** Whether its log goes on in another file once it is full. False also of drivers that the agent does not know. */
  readonly rotatesLog: boolean;
  /**
   * Whether what the log's file holds stays there once it is full: it never is, or it is kept under another name.
   * Absent: not known, or the driver writes none.
   */
  readonly keepsFullLogFiles?: boolean;
  /** `--rm`: the engine removes it, and its log, as soon as it stops. */
  readonly isRemovedOnExit: boolean;
  /** Cores, where limited. */
  readonly limitCpus?: number;
  readonly status: string;
  readonly isRunning: boolean;
  readonly health?: string;
  /** Absent where it never ran. */
  readonly startedAt?: string;
  /** Absent where it never stopped. */
  readonly finishedAt?: string;
  readonly restartCount: number;
  readonly oomKilled: boolean;
  /** Its first process, where the engine counts processes; absent where none runs. */
  readonly pid?: number;
  /** What `--cgroup-parent` says; empty where nothing. */
  readonly cgroupParent: string;
  readonly network: NetworkDetails;
}

/** How a container is connected. */
export interface NetworkDetails {
  /** What `--network` says: `default`, `host`, `none`, `container:ID` or the name of a network. */
  readonly mode: string;
  /** How many networks it is connected to, for all the engine said when it was asked. */
  readonly endpoints: number;
  /** Interfaces that were given a name, an option from Docker 28 on. All others are `eth` and a number. */
  readonly interfaceNames: readonly string[];
}

/** Reads the answer of `GET /containers/{id}/json`. Throws where it has no id: then it is no inspect answer. */
export function containerFrom(inspect: unknown): ContainerDetails {
  const answer = objectOf(inspect);
  const id = stringOf(answer.Id);
  if (id === undefined) throw new TypeError('reading an inspect answer: it has no "Id"');
  const [config, state, host] = [answer.Config, answer.State, answer.HostConfig].map(objectOf);
  return {
    id,
    name: withoutSlash(stringOf(answer.Name) ?? id.slice(0, 12)),
    image: stringOf(config?.Image) ?? stringOf(answer.Image) ?? '',
    labels: textMapOf(config?.Labels),
    tty: config?.Tty === true,
    logDriver: stringOf(objectOf(host?.LogConfig).Type) ?? '',
    rotatesLog: rotatesLog(objectOf(host?.LogConfig)),
    isRemovedOnExit: host?.AutoRemove === true,
    ...stateFrom(state ?? {}),
    restartCount: numberOf(answer.RestartCount) ?? 0,
    cgroupParent: stringOf(host?.CgroupParent) ?? '',
    network: networkFrom(answer, host ?? {}),
    ...optional({
      imageId: stringOf(answer.Image),
      createdAt: timeOf(answer.Created),
      limitCpus: limitCpusOf(host ?? {}),
      command: commandOf(answer),
      keepsFullLogFiles: keepsFullLogFiles(objectOf(host?.LogConfig)),
    }),
  };
}

// moby daemon/logger/jsonfilelog: without `max-size` a file grows, without `max-file` there is one, which is deleted;
// daemon/logger/local: five by default.
function keepsFullLogFiles(log: JsonObject): boolean | undefined {
  const { Type, Config } = log;
  if (Type !== 'json-file' && Type !== 'local') return undefined;
  if (!rotatesLog(log)) return true;
  const files = textMapOf(Config)['max-file'];
  return files === undefined ? Type === 'local' : Number(files) > 1;
}

function rotatesLog({ Type, Config }: JsonObject): boolean {
  const size = textMapOf(Config)['max-size'];
  if (Type === 'local') return true;
  return Type === 'json-file' && size !== undefined && size !== '-1';
}

function commandOf({ Path, Args }: JsonObject): string | undefined {
  const program = stringOf(Path);
  if (program === undefined || program === '') return undefined;
  const given = Array.isArray(Args) ? Args.filter((arg) => typeof arg === 'string') : [];
  return [program, ...given].join(' ');
}

/** Docker puts a slash before names. */
function withoutSlash(name: string): string {
  return name.startsWith('/') ? name.slice(1) : name;
}

type StateDetails = Pick<
  ContainerDetails,
  'status' | 'isRunning' | 'health' | 'startedAt' | 'finishedAt' | 'oomKilled' | 'pid'
>;

function stateFrom(state: Readonly<Record<string, unknown>>): StateDetails {
  // A container that waits to be restarted is "running" to the engine too; nothing of it runs.
  const isRunning = state.Running === true && state.Restarting !== true;
  const health = stringOf(objectOf(state.Health ?? state.Healthcheck).Status);
  return {
    status: stringOf(state.Status) ?? (isRunning ? 'running' : 'exited'),
    isRunning,
    oomKilled: state.OOMKilled === true,
    ...optional({
      health: health === '' || health === 'none' ? undefined : health,
      pid: numberOf(state.Pid) || undefined,
      startedAt: timeOf(state.StartedAt),
      finishedAt: timeOf(state.FinishedAt),
    }),
  };
}

function networkFrom({ NetworkSettings }: JsonObject, host: JsonObject): NetworkDetails {
  const networks = Object.values(objectOf(objectOf(NetworkSettings).Networks)).map(objectOf);
  const names = networks.map(({ DriverOpts }) =>
    stringOf(objectOf(DriverOpts)['com.docker.network.endpoint.ifname']),
  );
  return {
    mode: stringOf(host.NetworkMode) ?? '',
    endpoints: networks.length,
    interfaceNames: names.filter((name) => name !== undefined),
  };
}

// Go writes a time that was never set as the year 1.
function timeOf(value: unknown): string | undefined {
  const time = stringOf(value);
  return time === undefined || time.startsWith('0001-') ? undefined : normalisedTime(time);
}

// The order of precedence is the engine's own; the default period is 100 ms (kernel, cfs_period_us).
function limitCpusOf(host: Readonly<Record<string, unknown>>): number | undefined {
  const nanoCpus = numberOf(host.NanoCpus) ?? 0;
  if (nanoCpus > 0) return nanoCpus / 1e9;
  const quota = numberOf(host.CpuQuota) ?? 0;
  return quota > 0 ? quota / (numberOf(host.CpuPeriod) || 100_000) : undefined;
}

/** Reads one entry of `GET /containers/json`: enough to see whether the container is to be inspected. */
export function listedFrom(entry: unknown): ListedContainer | undefined {
  if (!isRecord(entry)) return undefined;
  const id = stringOf(entry.Id);
  if (id === undefined) return undefined;
  const names = Array.isArray(entry.Names) ? entry.Names.map(stringOf) : [];
  // Links add names of the form /other/alias; the container's own has one slash.
  const name = names.find((candidate) => candidate?.lastIndexOf('/') === 0) ?? names[0];
  return { id, name: withoutSlash(name ?? ''), status: stringOf(entry.State) ?? '' };
}

export interface ListedContainer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}
