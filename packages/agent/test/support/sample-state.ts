import type { AgentState, ContainerState, LaneState } from '../../src/admin/state.ts';

/** A container as the agent describes it, but for what is changed. */
export function containerState(changes: Partial<ContainerState> = {}): ContainerState {
  return {
    id: 'c0ffee'.padEnd(64, '0'),
    name: 'web-1',
    image: 'nginx:1.27',
    status: 'running',
    sinks: { log: ['everything'], stat: ['everything'], event: ['everything'] },
    log: { reader: 'file', lines: 1_000, bytes: 120_000, stderrLines: 3 },
    stat: {
      time: '2026-01-01T00:00:00Z',
      cpuPercent: 12.34,
      memoryBytes: 35_651_584,
      memoryLimitBytes: 536_870_912,
      memoryPercent: 6.64,
      rxBytes: 1_000_000,
      txBytes: 2_000_000,
      readBytes: 3_000_000,
      writeBytes: 4_000_000,
      pids: 7,
    },
    ...changes,
  };
}

/** A lane likewise: healthy, and nothing behind. */
export function laneState(changes: Partial<LaneState> = {}): LaneState {
  return {
    sink: 'everything',
    type: 'stdout',
    status: 'healthy',
    since: '2026-01-01T00:00:00Z',
    account: { offered: 1_000, delivered: 990, dropped: {}, held: 10 },
    queue: {
      memoryBytes: 4_096,
      inFlightBytes: 0,
      storedRecords: 0,
      onDiskOnlyRecords: 0,
      oldestSeconds: 0,
      diskFreeBytes: 1_000_000_000,
    },
    attempts: { total: 10, failed: 0, consecutiveFailures: 0, seconds: 1 },
    lag: { containers: 0, records: 0, bytes: 0, seconds: 0 },
    counts: {},
    ...changes,
  };
}

/** A state likewise: one container and one lane, an hour after the start. */
export function agentState(changes: Partial<AgentState> = {}): AgentState {
  return {
    time: '2026-01-01T01:00:00Z',
    agent: {
      version: '0.1.0',
      host: 'quay',
      startedAt: '2026-01-01T00:00:00Z',
      configSource: '/etc/tallyman/config.yaml',
      configReadAt: '2026-01-01T00:00:00Z',
      cpuSeconds: 36,
      rssBytes: 90_000_000,
    },
    engine: {
      product: 'Docker Engine 28.5.2',
      apiVersion: '1.51',
      address: 'unix:///var/run/docker.sock',
      isConnected: true,
    },
    counters: {
      log_lines: 1_000,
      log_reconnects: 0,
      log_gaps: 0,
      log_file_failures: 0,
      log_untimed_pieces: 0,
      log_repeats: 0,
      log_unread_containers: 0,
      stat_samples: 100,
      stat_failures: 0,
      events: 10,
      event_duplicates: 0,
      events_unreadable: 0,
      engine_outages: 0,
    },
    containers: [containerState()],
    lanes: [laneState()],
    ...changes,
  };
}

/** Containers `NAME-000`, `NAME-001` …: the higher the number, the more CPU and lines. */
export function manyContainers(count: number, secondsOn = 0): ContainerState[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(index).padStart(3, '0');
    return containerState({
      id: number.padStart(64, 'a'),
      name: `${index % 2 === 0 ? 'web' : 'job'}-${number}`,
      log: {
        reader: 'file',
        lines: 1_000 + index * secondsOn,
        bytes: 120_000 + 100 * index * secondsOn,
        stderrLines: 0,
      },
      stat: {
        time: `2026-01-01T01:00:${String(secondsOn % 60).padStart(2, '0')}Z`,
        cpuPercent: index / 10,
        memoryBytes: (count - index) * 1_048_576,
        memoryLimitBytes: 1_073_741_824,
        memoryPercent: ((count - index) / 1_024) * 100,
        rxBytes: 10_000 * index * secondsOn,
        txBytes: 20_000 * index * secondsOn,
        readBytes: 0,
        writeBytes: 4_096 * secondsOn,
        pids: 1 + (index % 9),
      },
    });
  });
}
