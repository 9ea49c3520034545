import { type MetricDefinition, single } from './definition.ts';

/** What runs, and what it knows. */
export const ofAgent: readonly MetricDefinition[] = [
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
      counted(
        state.containers.map(({ status }) => status),
        ['running'],
      ).map(([status, value]) => ({ labels: { status }, value })),
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

/** How often each word comes; words that are given are there also where they do not. */
function counted(
  words: readonly string[],
  given: readonly string[],
): readonly (readonly [string, number])[] {
  const counts = new Map(given.map((word) => [word, 0]));
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts];
}
