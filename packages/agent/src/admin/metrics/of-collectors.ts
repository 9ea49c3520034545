import type { CollectorCounter } from '@tallyman/core';
import { type MetricDefinition, single } from './definition.ts';

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

/** What the collectors count. */
export const ofCollectors: readonly MetricDefinition[] = Object.entries(collected).map(
  ([counter, help]) =>
    single('counter', `tallyman_${counter}_total`, {
      help,
      value: ({ state }) => Object.entries(state.counters).find(([name]) => name === counter)?.[1],
    }),
);
