import type {
  Batch,
  ContainerEvent,
  ContainerLog,
  ContainerRecord,
  ContainerStat,
} from '@tallyman/sdk';

const container = {
  id: 'c0ffee'.padEnd(64, '0'),
  name: 'web-1',
  image: 'nginx:1.27',
} as const;

/** A log record, whole and plausible but for what is changed. */
export function logRecord(changes: Partial<ContainerLog> = {}): ContainerLog {
  return {
    kind: 'log',
    id: 'c0ffee000000:o:1700000000123456789:0',
    time: '2023-11-14T22:13:20.123456789Z',
    host: 'quay',
    fields: {},
    container,
    stream: 'stdout',
    message: 'GET / 200',
    ...changes,
  };
}

/** A stat record likewise. */
export function statRecord(changes: Partial<ContainerStat> = {}): ContainerStat {
  return {
    kind: 'stat',
    id: 'c0ffee000000:s:1700000000123456789',
    time: '2023-11-14T22:13:20.123456789Z',
    host: 'quay',
    fields: {},
    container,
    windowMs: 10_000,
    cpu: { percent: 12.34, usageNanos: 5_000_000, onlineCpus: 2 },
    memory: {
      usageBytes: 40_000_000,
      workingSetBytes: 35_651_584,
      limitBytes: 536_870_912,
      percent: 6.64,
    },
    logs: { lines: 3, bytes: 120, stderrLines: 0 },
    state: { status: 'running', startedAt: '2023-11-14T22:00:00Z', restartCount: 0 },
    ...changes,
  };
}

/** An event record likewise. */
export function eventRecord(changes: Partial<ContainerEvent> = {}): ContainerEvent {
  return {
    kind: 'event',
    id: 'c0ffee000000:v:1700000000123456789:die:0',
    time: '2023-11-14T22:13:20.123456789Z',
    host: 'quay',
    fields: {},
    container,
    action: 'die',
    exitCode: 137,
    attributes: { name: 'web-1', image: 'nginx:1.27', exitCode: '137', signal: '9' },
    ...changes,
  };
}

/** A batch on its first attempt. */
export function batchOf(records: readonly ContainerRecord[], id = 'batch-1'): Batch {
  return { id, records, attempt: 1 };
}
