import type { AccountSnapshot, LaneReport } from '@tallyman/core';
import type { LaneState } from './state.ts';

/** What is known of a lane. */
export interface LaneFacts {
  readonly sink: string;
  readonly type: string;
  readonly report: LaneReport;
  readonly account: AccountSnapshot;
  readonly counts: LaneState['counts'];
  /** To be kept out of what the sink says. */
  readonly secrets: readonly string[];
}

/** A lane as the endpoint shows it. */
export function laneState({ sink, type, report, account, counts, secrets }: LaneFacts): LaneState {
  const { status, sinceMs, error, failingSinceMs } = report;
  return {
    sink,
    type,
    status,
    since: timeOf(sinceMs),
    ...(error !== undefined && { error: withoutSecrets(error, secrets) }),
    ...(failingSinceMs !== undefined && { failingSince: timeOf(failingSinceMs) }),
    account,
    queue: queueOf(report),
    attempts: {
      total: report.attempts,
      failed: report.failures,
      consecutiveFailures: report.consecutiveFailures,
      seconds: report.durationMs / 1_000,
    },
    ...lagOf(report),
    counts,
  };
}

function queueOf({ disk, ...report }: LaneReport): LaneState['queue'] {
  return {
    memoryBytes: report.heldBytes,
    inFlightBytes: report.inFlightBytes,
    storedRecords: report.storedRecords,
    onDiskOnlyRecords: report.onDiskOnlyRecords,
    oldestSeconds: report.oldestHeldMs / 1_000,
    ...(disk !== undefined && { diskFreeBytes: disk.freeBytes }),
    ...(disk?.failure !== undefined && { diskFailure: disk.failure }),
  };
}

function lagOf({ lag }: LaneReport): Pick<LaneState, 'lag' | 'progress'> {
  const { containers, records, bytes, doneBytes, seconds } = lag;
  // Of logs that nobody else has read further nobody knows how much is left.
  const progress = { doneBytes, totalBytes: doneBytes + bytes };
  return { lag: { containers, records, bytes, seconds }, ...(bytes > 0 && { progress }) };
}

/** Sinks are to keep their tokens out of errors; one that does not is not to give them away here. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  const longestFirst = secrets
    .filter((secret) => secret !== '')
    .toSorted((a, b) => b.length - a.length);
  return longestFirst.reduce((said, secret) => said.replaceAll(secret, '[secret]'), text);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
