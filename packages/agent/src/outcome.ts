import { type Accounts, MemoryState, type Pipeline } from '@tallyman/core';
import type { LoadedConfig } from './config/model.ts';
import type { AgentDiagnostics } from './diagnostics/diagnostics.ts';
import type { SinkCounts } from './sinks/counts.ts';
import type { AgentState } from './state/open.ts';

/** What became of everything that was collected. */
export interface Outcome {
  readonly account: Accounts;
  readonly counts: ReturnType<SinkCounts['snapshot']>;
  /** By sink: of the records held, how many are on disk. */
  readonly stored: Readonly<Record<string, number>>;
}

/** The outcome of an agent that never reached an engine. */
export function nothingCollected({ sinks }: LoadedConfig): Outcome {
  const empty = { offered: 0, delivered: 0, dropped: {}, held: 0 };
  const account = Object.fromEntries(sinks.map(({ name }) => [name, empty]));
  return { account, counts: {}, stored: {} };
}

/** Says where every record is. */
export function sayOutcome(
  { account, counts, stored }: Outcome,
  state: AgentState,
  diagnostics: AgentDiagnostics,
): void {
  for (const [sink, { held }] of Object.entries(account))
    sayWhatIsHeld({ sink, held, stored: stored[sink] ?? 0 }, state, diagnostics);
  const own = Object.keys(counts).length > 0 ? { counts } : {};
  diagnostics.statement({ account, ...own }, 'Tallyman stopped.');
}

/** By sink: how many records are on disk. */
export function storedRecords(pipeline: Pipeline): Readonly<Record<string, number>> {
  const lanes = Object.entries(pipeline.vitals());
  return Object.fromEntries(lanes.map(([sink, { storedRecords }]) => [sink, storedRecords]));
}

interface Held {
  readonly sink: string;
  /** Number of records that are neither delivered nor dropped. */
  readonly held: number;
  /** How many of them are on disk. */
  readonly stored: number;
}

function sayWhatIsHeld(
  { sink, held, stored }: Held,
  state: AgentState,
  diagnostics: AgentDiagnostics,
): void {
  if (stored > 0)
    diagnostics.warn(
      { sink, records: stored },
      'Records were not delivered in time and are kept on disk: the next start delivers them.',
    );
  const records = held - stored;
  if (records <= 0) return;
  diagnostics.error(
    { sink, records },
    state instanceof MemoryState
      ? 'Records were not delivered in time and are lost: they were in memory alone.'
      : 'Records were not delivered in time and are not on disk: stats and events among them are lost, logs are read again at the next start.',
  );
}
