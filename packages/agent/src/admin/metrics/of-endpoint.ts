import { type MetricDefinition, single } from './definition.ts';

/** Who is streamed to. */
export const ofEndpoint: readonly MetricDefinition[] = [
  single('gauge', 'tallyman_stream_clients', {
    help: 'Clients of /api/stream.',
    value: ({ streams }) => streams.clients,
  }),
  single('counter', 'tallyman_stream_dropped_records_total', {
    help: 'Live records that clients of /api/stream did not get, as they were too slow. No sink lacks them.',
    value: ({ streams }) => streams.droppedRecords,
  }),
];
