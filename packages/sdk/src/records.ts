/**
 * What Tallyman collects and a sink receives. Records are read-only; consumers ignore fields they do not know.
 *
 * Counters are cumulative, as the engine reports them; rates and deltas are a sink's business.
 * Absent is absent: a figure the engine did not give is left out, never 0.
 * Nanosecond counters beyond 2^53 may round.
 */
export type ContainerRecord = ContainerLog | ContainerStat | ContainerEvent;

/** The discriminator of {@link ContainerRecord}. */
export type RecordKind = ContainerRecord['kind'];

/** The record type of one kind: `RecordOf<'log'>` is {@link ContainerLog}. */
export type RecordOf<K extends RecordKind> = Extract<ContainerRecord, { readonly kind: K }>;

/** What every record carries. */
export interface RecordBase {
  /**
   * Deterministic: the same record has the same id whoever reads it and however often, so receivers can
   * deduplicate by it. Forms: log `SHORT:o|e|c:NANOS:ORDINAL`, stat `SHORT:s:NANOS`, event
   * `SHORT:v:NANOS:ACTION:ORDINAL`; SHORT is the first 12 hex digits of the container's id.
   */
  readonly id: string;
  /** RFC 3339, UTC, always nine fractional digits, on the engine's clock. Never a `Date`: it would lose nanoseconds. */
  readonly time: string;
  /** Name of the Docker host. */
  readonly host: string;
  /** Static fields from the configuration and, where allowed, from container labels. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The container a record comes from, as it was known when the record was made. */
export interface ContainerIdentity {
  /** 64 hex digits. */
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  /** The image as configured when the container was created, e.g. `nginx:1.27`. */
  readonly image: string;
  /** `sha256:…` of the image. */
  readonly imageId?: string;
  /** Only the keys that `collect.labels` names. */
  readonly labels?: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly createdAt?: string;
  /** From the labels `com.docker.compose.*`. */
  readonly compose?: {
    readonly project: string;
    readonly service: string;
    readonly number?: number;
  };
  /** From the labels `com.docker.swarm.*`. */
  readonly swarm?: { readonly service: string; readonly task: string; readonly node: string };
}

/** One line a container printed. */
export interface ContainerLog extends RecordBase {
  readonly kind: 'log';
  readonly container: ContainerIdentity;
  /** `console` is a TTY, where the engine cannot tell the two outputs apart. */
  readonly stream: 'stdout' | 'stderr' | 'console';
  /** Without its line ending. Bytes that are not UTF-8 appear as U+FFFD. */
  readonly message: string;
  /** Present where the line was longer than `collect.logs.max_line`; the rest of the line was cut off. */
  readonly truncated?: true;
}

/** One sample of a container's resources. */
export interface ContainerStat extends RecordBase {
  readonly kind: 'stat';
  readonly container: ContainerIdentity;
  /** Milliseconds since the previous sample of this container (of the first sample: since it was first seen). */
  readonly windowMs: number;
  readonly cpu: CpuUsage;
  readonly memory: MemoryUsage;
  /** Absent where the container has no network of its own, e.g. `--network host`. */
  readonly network?: NetworkUsage;
  readonly blockIo?: BlockIoUsage;
  readonly pids?: { readonly current: number; readonly limit?: number };
  /** What the agent itself read from the container's log in this window. */
  readonly logs: LogCounts;
  readonly state: ContainerState;
  /** The engine's own sample, where a configured sink needs it (`needs: ['rawStats']`). */
  readonly raw?: unknown;
}

export interface CpuUsage {
  /**
   * What `docker stats` shows: 100 is one core. From the agent's own two samples; absent on the first and
   * after a counter reset. Formula: docker/cli cli/command/container/stats_helpers.go.
   */
  readonly percent?: number;
  readonly usageNanos: number;
  readonly userNanos?: number;
  readonly systemNanos?: number;
  readonly onlineCpus: number;
  /** Cores the container may use, where it is limited (`--cpus`, quota ÷ period). */
  readonly limitCpus?: number;
  readonly throttledPeriods?: number;
  readonly throttledNanos?: number;
}

export interface MemoryUsage {
  readonly usageBytes: number;
  /** What `docker stats` shows: usage less the inactive file cache. */
  readonly workingSetBytes: number;
  readonly rssBytes?: number;
  readonly cacheBytes?: number;
  readonly limitBytes?: number;
  /** `workingSetBytes` of `limitBytes`, 0 to 100. */
  readonly percent?: number;
  /** Times the limit was hit. */
  readonly failures?: number;
}

export interface NetworkCounters {
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rxPackets: number;
  readonly txPackets: number;
  readonly rxErrors: number;
  readonly txErrors: number;
  readonly rxDropped: number;
  readonly txDropped: number;
}

/** Sums over all interfaces, and each of them by name. */
export interface NetworkUsage extends NetworkCounters {
  readonly interfaces: Readonly<Record<string, NetworkCounters>>;
}

export interface BlockIoUsage {
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly readOps?: number;
  readonly writeOps?: number;
}

export interface LogCounts {
  readonly lines: number;
  readonly bytes: number;
  readonly stderrLines: number;
  /** Lines that matched, by the name of the pattern in `collect.logs.count`. */
  readonly matches?: Readonly<Record<string, number>>;
}

export interface ContainerState {
  /** As the engine says: created, running, paused, restarting, removing, exited, dead. */
  readonly status: string;
  /** Of the health check, where there is one: starting, healthy, unhealthy. */
  readonly health?: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly restartCount: number;
  readonly uptimeSeconds?: number;
  readonly oomKilled?: boolean;
}

/** Something that happened to a container, or to the host (then without `container`). */
export interface ContainerEvent extends RecordBase {
  readonly kind: 'event';
  readonly container?: ContainerIdentity;
  /** The part before `: `, e.g. `start`, `die`, `oom`, `exec_create`, `health_status`; also the agent's own `gap`. */
  readonly action: string;
  /** Of `die` and `exec_die`. */
  readonly exitCode?: number;
  /**
   * What the container runs, program and arguments, where a configured sink needs it (`needs: ['command']`);
   * absent where it was gone before it could be inspected.
   */
  readonly command?: string;
  /** The engine's attributes of the event, without the container's labels. */
  readonly attributes: Readonly<Record<string, string>>;
}
