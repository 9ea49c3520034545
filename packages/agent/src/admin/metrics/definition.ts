import type { AgentState } from '../state.ts';

/** What the metrics are read from. */
export interface MetricFacts {
  readonly state: AgentState;
  readonly streams: { readonly clients: number; readonly droppedRecords: number };
  readonly runtime: {
    readonly heapUsedBytes: number;
    readonly externalBytes: number;
    /** How long a turn of the event loop kept others waiting since the last scrape, by quantile. */
    readonly delaySeconds: Readonly<Record<string, number>>;
  };
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric: what it is called, what it says, and where it comes from. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (facts: MetricFacts) => readonly Sample[];
}

/** A metric without labels. Where there is no value, it has no sample. */
export function single(
  type: MetricDefinition['type'],
  name: string,
  { help, value }: { help: string; value: (facts: MetricFacts) => number | undefined },
): MetricDefinition {
  const samples = (facts: MetricFacts) => sampleOf(value(facts));
  return { name, type, help, labels: [], samples };
}

/** A value without labels, where there is one. */
export function sampleOf(value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [{ labels: {}, value }];
}
