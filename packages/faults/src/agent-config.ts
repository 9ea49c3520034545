/** The sinks of a run, and how each receives. */
export const sinkKinds = { tall: 'tcp', small: 'tcp', posted: 'http' } as const;

export type SinkName = keyof typeof sinkKinds;

export const sinkNames: readonly SinkName[] = ['tall', 'small', 'posted'];

// Delays short enough that a fault of seconds is tried against more than once.
const retry = { first_delay: '100ms', max_delay: '2s', attempt_timeout: '5s' };
const token = '10a5c0de-5eed-4a6b-8c1d-70c5e0000001';

/** Ways to read logs (`collect.logs.reader`). */
export const logReaders = ['auto', 'engine', 'file'] as const;

export type LogReader = (typeof logReaders)[number];

/**
 * The agent's configuration. `tall` can hold an outage of seconds in memory and on disk, `small` parks soon and
 * catches up from the engine's log.
 */
export function agentConfig(settings: {
  readonly socketPath: string;
  readonly names: string;
  readonly reader: LogReader;
  readonly stateFolder: string;
  readonly ports: Readonly<Record<SinkName, number>>;
}): object {
  const { ports } = settings;
  const logentries = (port: number, queue: object) => ({
    type: 'logentries',
    token,
    match: { kinds: ['logs'] },
    options: { host: '127.0.0.1', port, tls: false },
    queue,
    retry,
  });
  return {
    engine: { host: `unix://${settings.socketPath}` },
    collect: {
      logs: { start_at: 'beginning', reader: settings.reader },
      stats: { enabled: false },
      events: { enabled: false },
    },
    select: { include: [{ name: settings.names }] },
    state: { directory: settings.stateFolder },
    sinks: {
      tall: logentries(ports.tall, { memory: '4MiB', in_flight: '2MiB', disk: '64MiB' }),
      small: logentries(ports.small, { memory: '3MiB', in_flight: '2MiB', disk: '4MiB' }),
      posted: {
        type: 'ledger',
        match: { kinds: ['logs'] },
        options: { url: `http://127.0.0.1:${ports.posted}/` },
        batch: { max_wait: '100ms' },
        queue: { memory: '2MiB', in_flight: '1MiB', disk: '16MiB' },
        retry,
      },
    },
  };
}
