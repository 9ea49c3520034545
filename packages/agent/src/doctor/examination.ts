import type { EngineAddress, EngineAnswer } from '@tallyman/core';
import type { Clock } from '@tallyman/sdk';
import type { LoadedConfig } from '../config/model.ts';
import type { AgentDiagnostics } from '../diagnostics/diagnostics.ts';
import type { Finding } from './finding.ts';
import type { Survey } from './survey.ts';

/** What the engine says to the first question of all. */
export type Ping =
  | { readonly kind: 'answered'; readonly address: EngineAddress; readonly answer: EngineAnswer }
  | { readonly kind: 'silent'; readonly address: EngineAddress; readonly limitMs: number }
  | { readonly kind: 'failed'; readonly address: EngineAddress; readonly error: unknown }
  /** There is no address to ask at: the certificates cannot be read. */
  | { readonly kind: 'unaddressed'; readonly error: unknown };

/** What examinations look at. What takes time is asked once, for all of them, and never rejects. */
export interface Examined {
  readonly config: LoadedConfig;
  readonly ping: Promise<Ping>;
  readonly survey: Promise<Survey>;
  readonly host: ExaminedHost;
  /** Of the sinks that are opened for a trial. */
  readonly diagnostics: AgentDiagnostics;
  readonly clock: Clock;
}

/** Where and as whom this process runs. */
export interface ExaminedHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userId: number;
  readonly userName: string;
  /** All groups that this process is in. */
  readonly groupIds: readonly number[];
  /** The container this process runs in, where it is known which. */
  readonly ownContainerId: string | undefined;
  readonly isContainer: boolean;
  /** The text of /proc/self/mountinfo; empty outside of Linux. */
  readonly mountinfo: string;
}

/** One thing that is looked at. Examinations run side by side, none waits for another. */
export interface Examination<Subject = Examined> {
  /** `the engine's socket`. */
  readonly of: string;
  examine(subject: Subject, signal: AbortSignal): Promise<readonly Finding[]>;
}
