import type { Batch, ContainerEvent, ContainerStat } from '@tallyman/sdk';

export type LibratoRecord = ContainerStat | ContainerEvent;

const periodMs = 10_000;

/** The beginning of a slot, a minute ago: receivers go by the clock of this machine. */
export const slotMs = Math.floor((Date.now() - 60_000) / periodMs) * periodMs;

/** `offsetMs` after {@link slotMs}, as records write it. */
export function timeAt(offsetMs: number): string {
  return new Date(slotMs + offsetMs).toISOString().replace('Z', '000000Z');
}

export function containerOf(name: string) {
  const id = Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64);
  return { id, name, image: 'nginx:1.27' };
}

export function statRecord(changes: Partial<ContainerStat> = {}): ContainerStat {
  const { container = containerOf('web-1'), time = timeAt(0) } = changes;
  return {
    kind: 'stat',
    id: `${container.id.slice(0, 12)}:s:${Date.parse(time)}000000`,
    time,
    host: 'quay',
    fields: {},
    container,
    windowMs: periodMs,
    cpu: { percent: 12.5, usageNanos: 5_000_000, onlineCpus: 2 },
    memory: {
      usageBytes: 40_000_000,
      workingSetBytes: 35_651_584,
      rssBytes: 30_000_000,
      cacheBytes: 4_000_000,
      limitBytes: 536_870_912,
      percent: 6.64,
    },
    logs: { lines: 3, bytes: 120, stderrLines: 1 },
    state: { status: 'running', startedAt: '2026-11-01T00:00:00Z', restartCount: 0 },
    ...changes,
  };
}

/** As much as an engine can say. */
export function fullStatRecord(changes: Partial<ContainerStat> = {}): ContainerStat {
  const counters = { rxBytes: 1, txBytes: 2, rxPackets: 3, txPackets: 4 };
  const network = { ...counters, rxErrors: 5, txErrors: 6, rxDropped: 7, txDropped: 8 };
  return statRecord({
    cpu: {
      percent: 12.5,
      usageNanos: 5_000_000,
      userNanos: 3_000_000,
      systemNanos: 2_000_000,
      onlineCpus: 2,
      limitCpus: 1.5,
      throttledPeriods: 1,
      throttledNanos: 900,
    },
    network: { ...network, interfaces: { eth0: network } },
    blockIo: { readBytes: 9, writeBytes: 10, readOps: 11, writeOps: 12 },
    pids: { current: 4, limit: 100 },
    state: {
      status: 'running',
      health: 'healthy',
      startedAt: '2026-11-01T00:00:00Z',
      restartCount: 2,
      uptimeSeconds: 60,
      oomKilled: false,
    },
    ...changes,
  });
}

export function eventRecord(changes: Partial<ContainerEvent> = {}): ContainerEvent {
  const { action = 'die', time = timeAt(1_234) } = changes;
  const container = containerOf('web-1');
  return {
    kind: 'event',
    id: `${container.id.slice(0, 12)}:v:${Date.parse(time)}000000:${action}:0`,
    time,
    host: 'quay',
    fields: {},
    container,
    action,
    exitCode: 137,
    attributes: { name: 'web-1', image: 'nginx:1.27', exitCode: '137', signal: '9' },
    ...changes,
  };
}

export function batchOf<R extends LibratoRecord>(records: readonly R[], attempt = 1): Batch<R> {
  return { id: 'batch-1', records, attempt };
}
