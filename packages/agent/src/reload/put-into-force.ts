import { hostname } from 'node:os';
import { type LaneState, MemoryState, type RemovedLane } from '@tallyman/core';
import { systemClock } from '@tallyman/sdk';
import { type Composition, composeSinks, rootContainer } from '../compose/root.ts';
import type { LoadedConfig } from '../config/model.ts';
import type { AgentDiagnostics } from '../diagnostics/diagnostics.ts';
import { SinkCounts } from '../sinks/counts.ts';
import type { AgentState } from '../state/open.ts';
import { type Changes, changesBetween, neededRestarts } from './changes.ts';
import type { CurrentConfiguration } from './current.ts';
import type { PutIntoForce } from './reloading.ts';
import { untilAborted } from './until-aborted.ts';

export interface WaitingAgent {
  readonly current: CurrentConfiguration;
  readonly diagnostics: AgentDiagnostics;
}

/** Before there is a pipeline: what is in force then is what it will be made from. */
export function beforeStart({ current, diagnostics }: WaitingAgent): PutIntoForce {
  return async (next, { why }) => {
    const changes = changesBetween(current.config, next.config);
    const parts = { diagnostics, counts: new SinkCounts(), host: hostname() };
    // Built only to see that they can be.
    composeSinks(rootContainer(parts), next.config.sinks);
    const told = {
      why,
      changes,
      before: current.config,
      restarts: neededRestarts(current.started, next.config),
    };
    current.replace(next);
    sayReloaded(current, told, diagnostics);
  };
}

export interface RunningAgent extends WaitingAgent {
  readonly composition: Composition;
  readonly state: AgentState;
  /** How long sinks that are replaced or removed may take for what they hold. */
  readonly drainMs: number;
}

/** While the pipeline runs. Takes until the sinks that are replaced or removed are closed. */
export function whileRunning(agent: RunningAgent): PutIntoForce {
  const { composition, state, current, diagnostics, drainMs } = agent;
  return async (next, { why }, signal) => {
    const { config } = next;
    const changes = changesBetween(current.config, config);
    const settings = composition.settingsBy(config, changes);
    const bornAt = await composition.pipeline.engineTime();
    const states = await openedStates(config, { changes, bornAt }, state);
    const restarts = [...neededRestarts(current.started, config), ...boundStates(config, state)];
    const told = { why, changes, before: current.config, restarts };
    current.replace(next);
    const deadline = new AbortController();
    const cancel = systemClock.after(drainMs, () => deadline.abort(new Error('it took too long')));
    const settled = composition.pipeline
      .reconfigure(settings, { states, bornAt, deadline: deadline.signal })
      .then((removed) => leftBehind(removed, agent))
      .finally(cancel);
    sayReloaded(current, told, diagnostics);
    await Promise.race([settled, untilAborted(signal)]);
  };
}

async function openedStates(
  { sinks }: LoadedConfig,
  { changes, bornAt }: { readonly changes: Changes; readonly bornAt: string },
  state: AgentState,
): Promise<ReadonlyMap<string, LaneState>> {
  const states = new Map<string, LaneState>();
  for (const { name, queue } of sinks)
    if (changes.added.includes(name))
      states.set(name, await state.openLane({ name, diskBytes: queue.diskBytes }, bornAt));
  return states;
}

/** Returns the bounds that cannot be changed now. */
function boundStates(config: LoadedConfig, state: AgentState): readonly string[] {
  state.bound(config.state.maxSizeBytes);
  return config.sinks
    .filter(({ name, queue }) => !state.boundLane({ name, diskBytes: queue.diskBytes }))
    .map(({ name }) => `sinks.${name}.queue.disk`);
}

async function leftBehind(
  removed: ReadonlyMap<string, RemovedLane>,
  { state, diagnostics }: RunningAgent,
): Promise<void> {
  for (const [sink, lane] of removed) {
    await state.closeLane(sink);
    sayRemoved(sink, lane, state, diagnostics);
  }
}

interface Told {
  readonly why: string;
  readonly changes: Changes;
  readonly before: LoadedConfig;
  /** Settings that need one. */
  readonly restarts: readonly string[];
}

function sayReloaded(
  { config, source }: CurrentConfiguration,
  { why, changes, before, restarts }: Told,
  diagnostics: AgentDiagnostics,
): void {
  diagnostics.info({ config: source, why, ...changes }, 'The configuration is reloaded.');
  for (const { name, type, kinds, include, exclude } of config.sinks)
    if (!changes.left.includes(name))
      diagnostics.info({ sink: name, type, kinds, include, exclude }, 'A sink and what it gets.');
  for (const note of config.notes)
    if (!before.notes.includes(note)) diagnostics.warn({ note }, 'A remark on the configuration.');
  if (restarts.length > 0)
    diagnostics.warn(
      { settings: restarts },
      'These settings cannot be changed while the agent runs: restart it to have them count. All others count now.',
    );
}

function sayRemoved(
  sink: string,
  { account, storedRecords }: RemovedLane,
  state: AgentState,
  diagnostics: AgentDiagnostics,
): void {
  diagnostics.info({ sink, account }, 'A sink is removed, this is its account.');
  if (storedRecords > 0)
    diagnostics.warn(
      { sink, records: storedRecords },
      'A sink that is removed leaves records on disk. Configure it again to have them delivered.',
    );
  const records = account.held - storedRecords;
  if (records <= 0) return;
  diagnostics.error(
    { sink, records },
    state instanceof MemoryState
      ? 'Records of a sink that is removed were not delivered in time and are lost: they were in memory alone.'
      : 'Records of a sink that is removed were not delivered in time and are not on disk: stats and events among them are lost, logs are read again once it is configured again.',
  );
}
