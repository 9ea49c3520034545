import {
  type Clock,
  type RecordKind,
  type Secret,
  type SinkContext,
  sinkHelpers,
} from '@tallyman/sdk';
import type { AgentDiagnostics } from '../diagnostics/diagnostics.ts';

/** What the context of one sink is made of. */
export interface SinkContextSettings {
  /** The sink's name in the configuration. */
  readonly name: string;
  readonly host: string;
  readonly version: string;
  /** This sink's only: `tokens.KIND`, else `token`. */
  readonly tokens: Readonly<Partial<Record<RecordKind, Secret>>>;
  readonly log: AgentDiagnostics;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called when the sink says that a write makes headway. */
  readonly onProgress: () => void;
  /** Called when the sink counts something of its own. */
  readonly onCount: (counter: string, amount: number) => void;
}

/** What one sink may use of the agent, and nothing of any other sink. */
export function sinkContext(settings: SinkContextSettings): SinkContext {
  const { name, host, version, tokens, log, clock, random, onProgress, onCount } = settings;
  return Object.freeze({
    name,
    host,
    version,
    token: (kind: RecordKind) => tokens[kind],
    log: log.child({ sink: name }),
    clock,
    random,
    progress: onProgress,
    count: onCount,
    sdk: sinkHelpers,
  });
}
