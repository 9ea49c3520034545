import type {
  BatchSettings,
  CollectSettings,
  Matcher,
  QueueSettings,
  RetrySettings,
  SelectSettings,
} from '@tallyman/core';
import type { RecordKind, Secret, SinkDefinition } from '@tallyman/sdk';

/** A configuration that was checked, with every default filled in and every unit converted. */
export interface LoadedConfig {
  readonly engine: EngineConfig;
  readonly collect: CollectSettings;
  readonly select: SelectSettings;
  readonly fields: Readonly<Record<string, string>>;
  readonly state: StateConfig;
  readonly admin: AdminConfig;
  /** In the order of the file. */
  readonly sinks: readonly SinkConfig[];
  /** What the user should be told: what does nothing yet, and what is not sent. */
  readonly notes: readonly string[];
}

export interface EngineConfig {
  /** As written, for messages: `unix:///var/run/docker.sock`. */
  readonly host: string;
  readonly address: EngineAddress;
}

/** How the engine is reached. */
export type EngineAddress =
  | { readonly kind: 'unix'; readonly socketPath: string }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly tls?: EngineTls;
    };

/** Paths of PEM files. Without `ca` the system's certificate authorities count. */
export interface EngineTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface StateConfig {
  readonly directory: string;
  readonly maxSizeBytes: number;
  /** Whether the file names the directory: one that was asked for has to be writable. */
  readonly configured: boolean;
}

export interface AdminConfig {
  /** As written, for messages. */
  readonly listen: string;
  readonly address: ListenAddress;
  /** Whether the file names the address: one that was asked for has to be free. */
  readonly configured: boolean;
  readonly token?: Secret;
}

/** Where the admin endpoint listens. `none`: there is no endpoint. */
export type ListenAddress =
  | { readonly kind: 'none' }
  | { readonly kind: 'unix'; readonly socketPath: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** One sink, ready to be built: `definition.create(options, context)`. */
export interface SinkConfig {
  readonly name: string;
  readonly type: string;
  readonly definition: SinkDefinition;
  /** Checked, defaults filled in, units converted: what `create` takes. */
  readonly options: Readonly<Record<string, unknown>>;
  /** `tokens.KIND`, else `token`. */
  readonly tokens: Readonly<Partial<Record<RecordKind, Secret>>>;
  /** What the sink accepts, narrowed by `match.kinds` and by the tokens there are. Never empty. */
  readonly kinds: readonly RecordKind[];
  /** What would be sent too if there were a token for it. */
  readonly tokenless: readonly RecordKind[];
  readonly include: readonly Matcher[];
  readonly exclude: readonly Matcher[];
  readonly batch: BatchSettings;
  /** `diskBytes`: bound of the queue on disk. */
  readonly queue: QueueSettings & { readonly diskBytes: number };
  readonly retry: RetrySettings;
}
