import type { ContainerStat, LogCounts } from '@tallyman/sdk';
import type { ContainerDetails } from './inspect.ts';
import { optional } from './json.ts';
import { type Origin, shortId } from './log.ts';
import { cpuPercentOf, type StatSample } from './stat.ts';
import { millisecondsOf, nanosOf } from './timestamp.ts';

/** What a stat record is made of, beside the sample itself. */
export interface StatRecordParts {
  readonly container: ContainerDetails;
  readonly origin: Origin;
  /** The sample before, of whichever run, and the moment its run began. */
  readonly previous?: { readonly sample: StatSample; readonly startedAt: string | undefined };
  /** Milliseconds since the container was first seen: the window of its first sample. */
  readonly seenForMs: number;
  readonly isPodman: boolean;
  /** What was read from the container's log in this window. */
  readonly logs: LogCounts;
}

/** The record of a sample. */
export function statRecord(sample: StatSample, parts: StatRecordParts): ContainerStat {
  const { container, origin, previous, seenForMs, isPodman, logs } = parts;
  const { memory, network, blockIo, pids, readAt } = sample;
  const windowMs = Math.round(
    previous === undefined
      ? seenForMs
      : millisecondsOf(readAt) - millisecondsOf(previous.sample.readAt),
  );
  // A new run counts from 0: its CPU time says nothing together with that of the run before.
  const isSameRun = previous?.startedAt === container.startedAt;
  const percent =
    previous !== undefined && isSameRun
      ? cpuPercentOf(previous.sample, sample, { windowMs, isPodman })
      : undefined;
  const { limitCpus } = container;
  return {
    kind: 'stat',
    id: `${shortId(container.id)}:s:${nanosOf(readAt)}`,
    time: readAt,
    ...origin,
    windowMs,
    cpu: { ...optional({ percent }), ...sample.cpu, ...optional({ limitCpus }) },
    memory,
    ...optional({ network, blockIo, pids }),
    logs,
    state: stateOf(container, readAt),
  };
}

function stateOf(container: ContainerDetails, readAt: string): ContainerStat['state'] {
  const { status, health, startedAt = '', restartCount, oomKilled } = container;
  const uptimeMs = startedAt === '' ? -1 : millisecondsOf(readAt) - millisecondsOf(startedAt);
  return {
    status,
    startedAt,
    restartCount,
    oomKilled,
    ...optional({ health, uptimeSeconds: uptimeMs < 0 ? undefined : Math.floor(uptimeMs / 1_000) }),
  };
}
