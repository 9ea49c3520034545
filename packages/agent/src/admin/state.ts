import type { AccountSnapshot, CollectorCounter } from '@tallyman/core';
import type { RecordKind } from '@tallyman/sdk';

/**
 * What `GET /api/state` answers, and each `state` event of `GET /api/stream`. Sizes are bytes, times RFC 3339 in
 * UTC, durations seconds where the name does not say otherwise. Consumers ignore members they do not know; what is
 * absent is not known.
 */
export interface AgentState {
  /** When it was taken. */
  readonly time: string;
  readonly agent: AgentProcessState;
  readonly engine: EngineState;
  /** What the collectors counted since the start. */
  readonly counters: Readonly<Record<CollectorCounter, number>>;
  readonly containers: readonly ContainerState[];
  readonly lanes: readonly LaneState[];
}

interface AgentProcessState {
  readonly version: string;
  /** Name of the Docker host. */
  readonly host: string;
  readonly startedAt: string;
  /** Where the configuration came from: a path, or words. */
  readonly configSource: string;
  /** When the configuration in force was read. */
  readonly configReadAt: string;
  /** User and system time together, since the start. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

export interface EngineState {
  /** For example `Docker Engine 28.5.2`. Absent: it was not reached yet. */
  readonly product?: string;
  /** Absent: it was not reached yet. */
  readonly apiVersion?: string;
  /** Without credentials. */
  readonly address: string;
  /** Whether the stream of its events stands. */
  readonly isConnected: boolean;
}

export interface ContainerState {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** The engine's word: `running`, `exited` … */
  readonly status: string;
  readonly health?: string;
  /** The sinks that get its records. */
  readonly sinks: Readonly<Record<RecordKind, readonly string[]>>;
  /** Of its log, since the agent follows it. Absent: its log is not read. */
  readonly log?: ContainerLogState;
  /** Its latest sample. Absent: there is none yet, or none is taken. */
  readonly stat?: ContainerStatState;
}

interface ContainerLogState {
  /** Where the log is read from. */
  readonly reader: 'engine' | 'file' | 'attach';
  readonly lines: number;
  readonly bytes: number;
  readonly stderrLines: number;
}

export interface ContainerStatState {
  readonly time: string;
  /** Of one core, as `docker stats` shows it; absent with the first sample. */
  readonly cpuPercent?: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes?: number;
  readonly memoryPercent?: number;
  /** Cumulative. */
  readonly rxBytes?: number;
  readonly txBytes?: number;
  readonly readBytes?: number;
  readonly writeBytes?: number;
  readonly pids?: number;
}

export interface LaneState {
  readonly sink: string;
  readonly type: string;
  readonly status: 'opening' | 'healthy' | 'retrying' | 'refused' | 'parked' | 'stopped';
  /** Since when it has this status. */
  readonly since: string;
  /** Why the last attempt failed, while the sink fails. Never with a token in it. */
  readonly error?: string;
  /** Since when it fails, while it does. */
  readonly failingSince?: string;
  readonly account: AccountSnapshot;
  readonly queue: {
    readonly memoryBytes: number;
    readonly inFlightBytes: number;
    /** Held records that are safe on disk, in memory as well or not. */
    readonly storedRecords: number;
    readonly onDiskOnlyRecords: number;
    /** How long the oldest record is held. */
    readonly oldestSeconds: number;
    /** What may still be written to disk. Absent: the lane holds in memory alone. */
    readonly diskFreeBytes?: number;
    /** Why nothing can be written to disk any more. */
    readonly diskFailure?: string;
  };
  readonly attempts: {
    readonly total: number;
    readonly failed: number;
    readonly consecutiveFailures: number;
    /** All attempts together. */
    readonly seconds: number;
  };
  /** What it has not taken yet of logs that are read for others, or will be read again. */
  readonly lag: {
    readonly containers: number;
    readonly records: number;
    readonly bytes: number;
    readonly seconds: number;
  };
  /** While the lane catches up with logs that others have read further: how far it is, where that can be said. */
  readonly progress?: { readonly doneBytes: number; readonly totalBytes: number };
  /** What the sink itself counts, by name. */
  readonly counts: Readonly<Record<string, number>>;
}
