import { type Clock, systemClock } from '@tallyman/sdk';
import type { LoadedConfig } from '../config/model.ts';
import type { AgentDiagnostics } from '../diagnostics/diagnostics.ts';
import { examineClock } from './clock.ts';
import { examineEndpoints } from './engine-endpoints.ts';
import { examineReach } from './engine-reach.ts';
import { examineVersion } from './engine-version.ts';
import type { Examination, ExaminedHost } from './examination.ts';
import { findingsOf } from './examine.ts';
import type { Finding } from './finding.ts';
import { examineLabels } from './labels.ts';
import { examineLogDrivers } from './log-drivers.ts';
import { examineLogReader } from './log-reader.ts';
import { examineRotation } from './log-rotation.ts';
import { examineOwnContainer } from './own-container.ts';
import { pingOf } from './ping.ts';
import { examineSelection } from './selection.ts';
import { examineSinks } from './sinks.ts';
import { examineStatReader } from './stat-reader.ts';
import { examineState } from './state.ts';
import type { Survey } from './survey.ts';
import { examineTokens } from './tokens.ts';

/** All that is looked at, in the order of the report. */
const examinations: readonly Examination[] = [
  { of: 'the way to the engine', examine: examineReach },
  { of: 'the endpoints of the engine', examine: examineEndpoints },
  { of: 'the version of the engine', examine: examineVersion },
  { of: 'the clocks', examine: examineClock },
  { of: 'the log drivers', examine: examineLogDrivers },
  { of: 'the rotation of logs', examine: examineRotation },
  { of: 'the reader of logs', examine: examineLogReader },
  { of: 'the reader of stats', examine: examineStatReader },
  { of: 'the sinks', examine: examineSinks },
  { of: 'the tokens', examine: examineTokens },
  { of: 'the state directory', examine: examineState },
  { of: 'the labels of containers', examine: examineLabels },
  { of: 'the agent’s own container', examine: examineOwnContainer },
  { of: 'the selection', examine: examineSelection },
];

export interface DoctorSettings {
  readonly config: LoadedConfig;
  readonly diagnostics: AgentDiagnostics;
  readonly host: ExaminedHost;
  /** What the engine says of itself and its containers; never rejects. */
  readonly survey: Promise<Survey>;
  readonly clock?: Clock;
}

/**
 * Looks at everything that keeps an agent with this configuration from doing its work, here and now. Ends in time
 * whatever hangs, and leaves no trace.
 */
export async function examine(settings: DoctorSettings): Promise<readonly Finding[]> {
  const { clock = systemClock } = settings;
  const ping = pingOf(settings.config.engine, clock);
  return findingsOf(examinations, { ...settings, clock, ping });
}
