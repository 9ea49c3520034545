import type { RecordKind, Sink, SinkDefaults, SinkNeed } from '@tallyman/sdk';

/** Everything the pipeline needs to be told. Set in code: the agent makes it from the configuration file. */
export interface PipelineSettings {
  /** Name of the Docker host, put on every record. */
  readonly host: string;
  /** The agent's own container, where it runs in one: its logs and events are never collected, its stats are. */
  readonly ownContainerId?: string;
  readonly collect: CollectSettings;
  readonly select: SelectSettings;
  /** Put on every record. */
  readonly fields: Readonly<Record<string, string>>;
  readonly lanes: readonly LaneSettings[];
}

export interface CollectSettings {
  /** Label keys (globs) carried on records. */
  readonly labels: readonly string[];
  readonly logs: LogSettings;
  readonly stats: StatSettings;
  /** `exclude`: globs on the action. */
  readonly events: { readonly enabled: boolean; readonly exclude: readonly string[] };
  /** Whether container labels `tallyman.*` are heeded. */
  readonly labelOverrides: boolean;
}

export interface LogSettings {
  readonly enabled: boolean;
  /** Where reading starts for a container that ran before the agent: its beginning, now, or so many milliseconds ago. */
  readonly startAt: 'beginning' | 'now' | { readonly agoMs: number };
  /**
   * `auto` and `file`: from the engine's files where they are within reach, otherwise from the engine; `file` says
   * where they are not. `engine`: from the engine. `attach`: so too, and containers whose log cannot be read are
   * attached to; otherwise they have none.
   */
  readonly reader: 'auto' | 'engine' | 'file' | 'attach';
  /** How containers are read that the engine removes as soon as they stop. */
  readonly rm: 'engine' | 'attach';
  /** A longer line is cut here and marked `truncated`. */
  readonly maxLineBytes: number;
  /** Patterns whose matches are counted per container and window. */
  readonly count: readonly { readonly name: string; readonly pattern: RegExp }[];
}

export interface StatSettings {
  readonly enabled: boolean;
  readonly intervalMs: number;
  /** `auto`: from the control groups where they can be read, else through the engine. `cgroup`: there is no else. */
  readonly reader: 'auto' | 'engine' | 'cgroup';
}

export interface SelectSettings {
  /** `labelled`: only containers with the label `tallyman.enable=true`. */
  readonly mode: 'all' | 'labelled';
  readonly include: readonly Matcher[];
  readonly exclude: readonly Matcher[];
}

/**
 * Matches where all given keys match. Globs: `*`, `?`, `{a,b}`. `name` without the slash, `image` with or
 * without registry and tag, `label` as `KEY` or `KEY=VALUE`, `compose` is the project, `id` a prefix.
 */
export interface Matcher {
  readonly name?: string;
  readonly image?: string;
  readonly label?: string;
  readonly compose?: string;
  readonly id?: string;
}

/** One sink with its queue and its manners. */
export interface LaneSettings {
  /** The sink's name in the configuration. */
  readonly name: string;
  readonly sink: Sink;
  /** What the lane takes: the sink's kinds, narrowed by `match.kinds` and by the tokens there are. */
  readonly kinds: readonly RecordKind[];
  /** What the sink can be given, also of what the lane took before; absent: everything. */
  readonly accepts?: readonly RecordKind[];
  readonly include: readonly Matcher[];
  readonly exclude: readonly Matcher[];
  /** What the sink needs beyond the records. */
  readonly needs: ReadonlySet<SinkNeed>;
  readonly batch: BatchSettings;
  readonly queue: QueueSettings;
  readonly retry: RetrySettings;
}

export interface BatchSettings {
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
}

export interface QueueSettings {
  /** Bound on everything the lane holds in memory: batches that wait, the one that fills, those in flight. */
  readonly memoryBytes: number;
  /** Bound on what is being written at once. */
  readonly inFlightBytes: number;
  /** Memory and disk, where there is one. `wait`: the lane takes no more logs, and later reads them from the engine again. */
  readonly whenFull: 'wait' | 'drop_oldest' | 'drop_newest';
  readonly concurrency: number;
  readonly ordered: boolean;
}

export interface RetrySettings {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Absent: never. */
  readonly giveUpAfterMs?: number;
  readonly attemptTimeoutMs: number;
}

/** What holds where neither the file nor the sink says otherwise. */
export const defaultBatch: Required<SinkDefaults> = {
  maxRecords: 500,
  maxBytes: 1024 * 1024,
  maxWaitMs: 1_000,
  concurrency: 1,
  ordered: false,
};
