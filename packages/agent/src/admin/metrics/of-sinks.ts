import { laneStatuses } from '@tallyman/core';
import { dropReasons } from '@tallyman/sdk';
import type { LaneState } from '../state.ts';
import { type MetricDefinition, type Sample, sampleOf } from './definition.ts';

// A sink of a third party may count by any names; what is more than this is left out.
const mostCounts = 32;

/** How each sink does. */
export const ofSinks: readonly MetricDefinition[] = [
  perSink('gauge', 'info', {
    help: 'Always 1; the type of the sink, as a label.',
    labels: ['type'],
    samples: ({ type }) => [{ labels: { type }, value: 1 }],
  }),
  perSink('gauge', 'status', {
    help: `1 for the status that the sink has, 0 for the others: ${laneStatuses.join(', ')}.`,
    labels: ['status'],
    samples: (lane) =>
      laneStatuses.map((status) => ({ labels: { status }, value: Number(status === lane.status) })),
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

function perSink(
  type: MetricDefinition['type'],
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
  type: MetricDefinition['type'],
  name: string,
  { help, of }: { help: string; of: (lane: LaneState) => number | undefined },
): MetricDefinition {
  const samples = (lane: LaneState) => sampleOf(of(lane));
  return perSink(type, name, { help, labels: [], samples });
}
