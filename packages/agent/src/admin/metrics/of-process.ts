import { type MetricDefinition, single } from './definition.ts';

/** What the process takes, under the names that Prometheus' own clients use, and how late its event loop is. */
export const ofProcess: readonly MetricDefinition[] = [
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
