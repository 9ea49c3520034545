import type { CollectorCounter } from '@tallyman/core';
import { dropReasons } from '@tallyman/sdk';
import type { AgentState, LaneState } from './state.ts';

/** What the metrics are read from. */
export interface MetricFacts {
  readonly state: AgentState;
  readonly streams: { readonly clients: number; readonly droppedRecords: number };
  readonly runtime: {
    readonly heapUsedBytes: number;
    readonly externalBytes: number;
    /** How long a turn of the event loop kept others waiting since the last scrape, by quantile. */
    readonly delaySeconds: Readonly<Record<string, number>>;
  };
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric: what it is called, what it says, and where it comes from. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (facts: MetricFacts) => readonly Sample[];
}

/** Definitions under one heading of the reference. */
export interface MetricSection {
  readonly title: string;
  readonly metrics: readonly MetricDefinition[];
}

const ofAgent: readonly MetricDefinition[] = [
  {
    name: 'tallyman_info',
    type: 'gauge',
    help: 'Always 1; what runs, as labels.',
    labels: ['version', 'host', 'engine', 'api_version'],
    samples: ({ state: { agent, engine } }) => {
      const { product = '', apiVersion = '' } = engine;
      const { version, host } = agent;
      return [{ labels: { version, host, engine: product, api_version: apiVersion }, value: 1 }];
    },
  },
  single('gauge', 'tallyman_config_read_time_seconds', {
    help: 'When the configuration in force was read, since the Unix epoch.',
    value: ({ state }) => Date.parse(state.agent.configReadAt) / 1_000,
  }),
  single('gauge', 'tallyman_engine_connected', {
    help: 'Whether the engine answers and its events are followed.',
    value: ({ state }) => Number(state.engine.isConnected),
  }),
  {
    name: 'tallyman_containers',
    type: 'gauge',
    help: "Containers that are known, by the engine's word for their status.",
    labels: ['status'],
    samples: ({ state }) =>
      counted(state.containers.map(({ status }) => status)).map(([status, value]) => ({
        labels: { status },
        value,
      })),
  },
  {
    name: 'tallyman_logs_followed',
    type: 'gauge',
    help: 'Containers whose log is read, by where it is read from: engine, file or attach.',
    labels: ['reader'],
    samples: ({ state }) =>
      counted(
        state.containers.flatMap(({ log }) => log?.reader ?? []),
        ['engine', 'file', 'attach'],
      ).map(([reader, value]) => ({ labels: { reader }, value })),
  },
];

const collected: Readonly<Record<CollectorCounter, string>> = {
  log_lines: 'Lines that were read from logs and taken by one sink at least.',
  log_reconnects: 'Connections to logs that were made again.',
  log_gaps: 'Places in logs where lines may be missing.',
  log_file_failures: 'Log files that could not be read, so that the engine was asked instead.',
  log_untimed_pieces: 'Pieces of logs without a time, which were left out.',
  log_repeats: 'Lines that the engine sent twice, and that were left out.',
  log_unread_containers: 'Containers that were removed before their log was read to the end.',
  stat_samples: 'Samples of stats.',
  stat_failures: 'Samples of stats that failed.',
  events: 'Events of the engine.',
  event_duplicates: 'Events that the engine sent twice, and that were left out.',
  events_unreadable: 'Events that could not be read.',
  engine_outages: 'Times that the connection to the engine was lost.',
};

const ofCollectors = Object.entries(collected).map(([counter, help]) =>
  single('counter', `tallyman_${counter}_total`, {
    help,
    value: ({ state }) => Object.entries(state.counters).find(([name]) => name === counter)?.[1],
  }),
);

const statuses: readonly LaneState['status'][] = [
  'opening',
  'healthy',
  'retrying',
  'refused',
  'parked',
  'stopped',
];

// A sink of a third party may count by any names; what is more than this is left out.
const mostCounts = 32;

const ofSinks: readonly MetricDefinition[] = [
  perSink('gauge', 'info', {
    help: 'Always 1; the type of the sink, as a label.',
    labels: ['type'],
    samples: ({ type }) => [{ labels: { type }, value: 1 }],
  }),
  perSink('gauge', 'status', {
    help: `1 for the status that the sink has, 0 for the others: ${statuses.join(', ')}.`,
    labels: ['status'],
    samples: (lane) =>
      statuses.map((status) => ({ labels: { status }, value: Number(status === lane.status) })),
  }),
  figure('counter', 'records_offered_total', {
    help: 'Records that were given to the sink: always the sum of delivered, dropped and held.',
    of: ({ account }) => account.offered,
  }),
  figure('counter', 'records_delivered_total', {
    help: 'Records that the destination has accepted.',
    of: ({ account }) => account.delivered,
  }),
  perSink('counter', 'records_dropped_total', {
    help: 'Records that were given up, by reason.',
    labels: ['reason'],
    samples: ({ account }) =>
      dropReasons.map((reason) => ({ labels: { reason }, value: account.dropped[reason] ?? 0 })),
  }),
  figure('gauge', 'records_held', {
    help: 'Records that are neither delivered nor dropped.',
    of: ({ account }) => account.held,
  }),
  figure('gauge', 'records_stored', {
    help: 'Of the records held, those that are safe on disk.',
    of: ({ queue }) => queue.storedRecords,
  }),
  figure('gauge', 'records_on_disk_only', {
    help: 'Of the records held, those that are not in memory.',
    of: ({ queue }) => queue.onDiskOnlyRecords,
  }),
  figure('gauge', 'oldest_record_seconds', {
    help: 'For how long the oldest record is held.',
    of: ({ queue }) => queue.oldestSeconds,
  }),
  figure('gauge', 'queue_memory_bytes', {
    help: 'What is held in memory.',
    of: ({ queue }) => queue.memoryBytes,
  }),
  figure('gauge', 'in_flight_bytes', {
    help: 'What is being written.',
    of: ({ queue }) => queue.inFlightBytes,
  }),
  figure('gauge', 'queue_disk_free_bytes', {
    help: 'What may still be written to the queue on disk. Absent: there is none.',
    of: ({ queue }) => queue.diskFreeBytes,
  }),
  figure('gauge', 'queue_disk_failed', {
    help: 'Whether nothing can be written to the queue on disk any more. Absent: there is none.',
    of: ({ queue }) =>
      queue.diskFreeBytes === undefined ? undefined : Number(queue.diskFailure !== undefined),
  }),
  figure('counter', 'attempts_total', {
    help: 'Writes that were attempted.',
    of: ({ attempts }) => attempts.total,
  }),
  figure('counter', 'attempts_failed_total', {
    help: 'Attempts after which something was left or dropped.',
    of: ({ attempts }) => attempts.failed,
  }),
  figure('counter', 'attempt_seconds_total', {
    help: 'Time that all attempts took together; divided by the attempts, what one takes.',
    of: ({ attempts }) => attempts.seconds,
  }),
  figure('gauge', 'consecutive_failures', {
    help: 'Setbacks since the destination last accepted something.',
    of: ({ attempts }) => attempts.consecutiveFailures,
  }),
  figure('gauge', 'lag_containers', {
    help: 'Logs that the sink is behind with: their lines are left to the engine until there is room.',
    of: ({ lag }) => lag.containers,
  }),
  figure('gauge', 'lag_records', {
    help: 'Lines of these logs that other sinks have had.',
    of: ({ lag }) => lag.records,
  }),
  figure('gauge', 'lag_bytes', {
    help: 'What these lines weigh.',
    of: ({ lag }) => lag.bytes,
  }),
  figure('gauge', 'lag_seconds', {
    help: 'The age of the last line that was taken of the log that is furthest behind.',
    of: ({ lag }) => lag.seconds,
  }),
  perSink('counter', 'counts_total', {
    help: `What the sink itself counts, by a name of its own; ${mostCounts} at most.`,
    labels: ['count'],
    samples: ({ counts }) =>
      Object.entries(counts)
        .slice(0, mostCounts)
        .map(([count, value]) => ({ labels: { count }, value })),
  }),
];

const ofEndpoint = [
  single('gauge', 'tallyman_stream_clients', {
    help: 'Clients of /api/stream.',
    value: ({ streams }) => streams.clients,
  }),
  single('counter', 'tallyman_stream_dropped_records_total', {
    help: 'Live records that clients of /api/stream did not get, as they were too slow. No sink lacks them.',
    value: ({ streams }) => streams.droppedRecords,
  }),
];

const ofProcess: readonly MetricDefinition[] = [
  single('gauge', 'process_start_time_seconds', {
    help: 'When the process started, since the Unix epoch.',
    value: ({ state }) => Date.parse(state.agent.startedAt) / 1_000,
  }),
  single('counter', 'process_cpu_seconds_total', {
    help: 'CPU time of the process, in user and system mode.',
    value: ({ state }) => state.agent.cpuSeconds,
  }),
  single('gauge', 'process_resident_memory_bytes', {
    help: 'Memory that the process has (RSS).',
    value: ({ state }) => state.agent.rssBytes,
  }),
  single('gauge', 'nodejs_heap_size_used_bytes', {
    help: 'Heap of JavaScript in use.',
    value: ({ runtime }) => runtime.heapUsedBytes,
  }),
  single('gauge', 'nodejs_external_memory_bytes', {
    help: 'Memory outside of the heap that JavaScript refers to, such as the bytes of lines.',
    value: ({ runtime }) => runtime.externalBytes,
  }),
  {
    name: 'tallyman_event_loop_delay_seconds',
    type: 'gauge',
    help: 'How late the event loop came to a timer since the last scrape: the median, 99 of 100, and the worst.',
    labels: ['quantile'],
    samples: ({ runtime }) =>
      Object.entries(runtime.delaySeconds).map(([quantile, value]) => ({
        labels: { quantile },
        value,
      })),
  },
];

/** Every metric there is. None has a series for each container: there may be any number of these. */
export const metricSections: readonly MetricSection[] = [
  { title: 'The agent', metrics: ofAgent },
  { title: 'What is collected', metrics: ofCollectors },
  { title: 'The sinks', metrics: ofSinks },
  { title: 'The endpoint itself', metrics: ofEndpoint },
  { title: 'The process', metrics: ofProcess },
];

type Type = MetricDefinition['type'];

function single(
  type: Type,
  name: string,
  { help, value }: { help: string; value: (facts: MetricFacts) => number | undefined },
): MetricDefinition {
  const samples = (facts: MetricFacts) => samplesOf({}, value(facts));
  return { name, type, help, labels: [], samples };
}

function perSink(
  type: Type,
  name: string,
  {
    help,
    labels,
    samples,
  }: {
    help: string;
    labels: readonly string[];
    samples: (lane: LaneState) => readonly Sample[];
  },
): MetricDefinition {
  return {
    name: `tallyman_sink_${name}`,
    type,
    help,
    labels: ['sink', ...labels],
    samples: ({ state }) =>
      state.lanes.flatMap((lane) =>
        samples(lane).map((sample) => ({
          labels: { sink: lane.sink, ...sample.labels },
          value: sample.value,
        })),
      ),
  };
}

function figure(
  type: Type,
  name: string,
  { help, of }: { help: string; of: (lane: LaneState) => number | undefined },
): MetricDefinition {
  const samples = (lane: LaneState) => samplesOf({}, of(lane));
  return perSink(type, name, { help, labels: [], samples });
}

function samplesOf(labels: Sample['labels'], value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [{ labels, value }];
}

/** How often each word comes; words that are given are there also where they do not. */
function counted(
  words: readonly string[],
  given: readonly string[] = [],
): readonly (readonly [string, number])[] {
  const counts = new Map(given.map((word) => [word, 0]));
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts];
}
