import type { DockerClient } from '@tallyman/testkit/docker';
import type { ReceiverAnswer } from './numbered-receiver.ts';

const token = '10a5c0de-5eed-4a6b-8c1d-70c5e0000001';

/** A sink with all defaults, plain TCP, to a receiver. */
export function logentriesTo({ host, port }: { host: string; port: number }): object {
  return { type: 'logentries', token, options: { host, port, tls: false } };
}

export interface LogsSettings {
  readonly socketPath: string;
  /** Default `now`. */
  readonly startAt?: 'now' | 'beginning';
  /** How logs are read; absent: as the agent does by default. */
  readonly reader?: LogReader;
}

export type LogReader = 'engine' | 'file';

/** The configuration of an agent that sends the logs of this client's containers, and nothing else, to sinks. */
export function logsOnly(
  sinks: object,
  { prefix }: DockerClient,
  { socketPath, startAt = 'now', reader }: LogsSettings,
): object {
  return {
    engine: { host: `unix://${socketPath}` },
    collect: {
      logs: { start_at: startAt, ...(reader && { reader }) },
      stats: { enabled: false },
      events: { enabled: false },
    },
    select: { include: [{ name: `${prefix}*` }] },
    sinks,
  };
}

/** Lines that never arrived or arrived again, of so many. */
export interface Damage {
  readonly missing: number;
  readonly repeated: number;
  readonly spurious: number;
}

export function damageOf(
  { distinct, repeated, spurious }: Pick<ReceiverAnswer, 'distinct' | 'repeated' | 'spurious'>,
  lines: number,
): Damage {
  return { missing: lines - distinct, repeated, spurious };
}

/** Lines a second from the first arrival to the last. */
export function linesPerSecond({ distinct, firstMs, lastMs }: ReceiverAnswer): number {
  return (distinct * 1_000) / ((lastMs ?? Number.NaN) - (firstMs ?? Number.NaN));
}
