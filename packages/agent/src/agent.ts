import { hostname } from 'node:os';
import {
  type Accounts,
  type EngineError,
  HttpEngine,
  type Pipeline,
  type ReachedEngine,
  reachEngine,
  type StoredLane,
} from '@tallyman/core';
import { systemClock } from '@tallyman/sdk';
import { openEndpoint } from './admin/endpoint.ts';
import { AgentView } from './admin/view.ts';
import { probeSinks } from './compose/probe.ts';
import { composeAgent } from './compose/root.ts';
import type { LoadedConfig } from './config/model.ts';
import type { Configured } from './configured.ts';
import type { AgentDiagnostics } from './diagnostics/diagnostics.ts';
import { engineAddress } from './engine/address.ts';
import { adviceFor } from './engine/advice.ts';
import { ownContainerId } from './engine/own-container.ts';
import { letHeapGrow } from './heap-growth.ts';
import { nothingCollected, type Outcome, sayOutcome, storedRecords } from './outcome.ts';
import { endingWithReader } from './reader-gone.ts';
import { CurrentConfiguration } from './reload/current.ts';
import { beforeStart, whileRunning } from './reload/put-into-force.ts';
import type { Reloading } from './reload/reloading.ts';
import { SinkCounts } from './sinks/counts.ts';
import { type AgentState, openState } from './state/open.ts';
import type { StopRequest } from './stop-request.ts';
import { version } from './version.ts';

export interface AgentSettings {
  readonly configured: Configured;
  /** Has it read again. */
  readonly reloading: Reloading;
  readonly diagnostics: AgentDiagnostics;
  readonly stop: StopRequest;
  /** From the wish to stop to the exit. */
  readonly stopTimeoutMs: number;
  /** `strict`: a sink that does not open keeps the agent from starting. */
  readonly start: 'strict' | 'tolerant';
}

// What is left of the stop's time when the lanes must be done: a sink that ignores the abort may take two
// seconds more, then the state is closed, and come the account and the exit.
const exitMarginMs = 2_500;
// What is left for closing the state, whatever a sink still does.
const closingMs = 700;
// What is left for the account and the exit, whatever the disk still does.
const lastWordMs = 200;

/** Runs the agent until it is asked to stop. Resolves to the exit code. */
export async function runAgent(settings: AgentSettings): Promise<number> {
  const { configured, diagnostics } = settings;
  announce(settings);
  const opened = await openState(configured.config.state, diagnostics);
  if (opened.kind === 'refused') return opened.exitCode;
  const { state } = opened;
  try {
    return await observable(settings, state);
  } finally {
    await closedInTime(state);
  }
}

/** Collects, and answers meanwhile who asks how that goes. Resolves to the exit code. */
async function observable(settings: AgentSettings, state: AgentState): Promise<number> {
  const { configured, diagnostics, stop } = settings;
  const current = new CurrentConfiguration(configured);
  const view = new AgentView({ source: configured.source, current, stop }, systemClock);
  const ports = { clock: systemClock, log: diagnostics };
  const endpoint = await openEndpoint(current.config.admin, view, ports);
  if (endpoint === 'refused') return 1;
  try {
    const outcome = await collected(settings, { state, current, view });
    if (outcome === 'not_started') return 1;
    sayOutcome(outcome, state, diagnostics);
    return stop.reason.exitCode;
  } finally {
    await endpoint.close();
  }
}

/** What lasts as long as the agent does. */
interface Running {
  readonly state: AgentState;
  readonly current: CurrentConfiguration;
  readonly view: AgentView;
}

/** Collects until the agent is asked to stop. `not_started`: with `--strict`, a sink does not open. */
async function collected(
  settings: AgentSettings,
  { state, current, view }: Running,
): Promise<Outcome | 'not_started'> {
  const { reloading, diagnostics, stop } = settings;
  if (settings.start === 'strict' && !(await allSinksOpen(settings)))
    return stop.signal.aborted ? nothingCollected(current.config) : 'not_started';

  const address = engineAddress(current.config.engine);
  const engine = new HttpEngine(address);
  const explain = (error: EngineError) => adviceFor(error, address);
  const ports = { clock: systemClock, random: Math.random, log: diagnostics, explain };
  let engineInfo: ReachedEngine;
  try {
    const reached = reachEngine(engine, ports, stop.signal);
    engineInfo = await reloading.during(reached, beforeStart({ current, diagnostics }));
  } catch (error) {
    if (stop.signal.aborted) return nothingCollected(current.config);
    throw error;
  }

  state.bound(current.config.state.maxSizeBytes);
  const counts = new SinkCounts();
  const host = engineInfo.hostName || hostname();
  const composition = composeAgent({
    config: current.config,
    diagnostics,
    counts,
    engine,
    engineInfo,
    explain,
    strain: letHeapGrow,
    host,
    ownContainerId: ownContainerId(),
    lanes: await state.lanes(storedLanes(current.config), engineInfo.bornAt),
    // Only there: any other sink's broken connection is one that it will open again.
    around: (sink, { name, type }) =>
      type === 'stdout' ? endingWithReader(sink, () => readerGone(name, current, settings)) : sink,
  });
  const { pipeline } = composition;
  pipeline.start();
  view.collects({ pipeline, counts, host });
  const drainMs = Math.max(0, settings.stopTimeoutMs - exitMarginMs);
  const running = { current, diagnostics, composition, state, drainMs };
  await reloading.during(stop.requested(), whileRunning(running));
  const account = await stopped(pipeline, state, settings);
  diagnostics.info({ counts: pipeline.counters() }, 'What was collected.');
  return { account, counts: counts.snapshot(), stored: storedRecords(pipeline) };
}

function announce({ configured: { config, source }, diagnostics }: AgentSettings): void {
  diagnostics.info(
    {
      version,
      config: source,
      engine: config.engine.host,
      state: config.state.directory,
      host: hostname(),
    },
    'Tallyman starts.',
  );
  for (const { name, type, kinds, include, exclude } of config.sinks)
    diagnostics.info({ sink: name, type, kinds, include, exclude }, 'A sink and what it gets.');
  for (const note of config.notes) diagnostics.warn({ note }, 'A remark on the configuration.');
}

async function allSinksOpen({ configured, diagnostics, stop }: AgentSettings): Promise<boolean> {
  const counts = new SinkCounts();
  const parts = { config: configured.config, diagnostics, counts, host: hostname() };
  const probes = await probeSinks(parts, stop.signal);
  const failed = probes.filter(({ failure }) => failure !== undefined);
  for (const { sink, failure } of failed)
    diagnostics.error(
      { sink, error: failure },
      'A sink does not open and --strict is set, not starting.',
    );
  return failed.length === 0;
}

async function stopped(
  pipeline: Pipeline,
  state: AgentState,
  { stopTimeoutMs }: AgentSettings,
): Promise<Accounts> {
  const deadline = new AbortController();
  const inTime = new AbortController();
  // Slept, not timed: it has to keep the process alive should a sink hang without any handle.
  const passed = (ms: number) =>
    systemClock.sleep(Math.max(0, ms), inTime.signal).catch(() => undefined);
  const drained = passed(stopTimeoutMs - exitMarginMs).then(() =>
    deadline.abort(new Error('the time to stop is over')),
  );
  const closing = passed(stopTimeoutMs - closingMs);
  const over = passed(stopTimeoutMs - lastWordMs);
  await Promise.race([pipeline.stop({ deadline: deadline.signal }), closing]);
  await Promise.race([state.close(), over]);
  inTime.abort();
  await Promise.all([drained, closing, over]);
  return pipeline.accounts();
}

/** A disk that hangs must not keep the agent from ending. */
async function closedInTime(state: AgentState): Promise<void> {
  const inTime = new AbortController();
  const over = systemClock.sleep(closingMs, inTime.signal).catch(() => undefined);
  await Promise.race([state.close(), over]);
  inTime.abort();
}

function storedLanes({ sinks }: LoadedConfig): readonly StoredLane[] {
  return sinks.map(({ name, queue }) => ({ name, diskBytes: queue.diskBytes }));
}

function readerGone(
  sink: string,
  { config }: CurrentConfiguration,
  { diagnostics, stop }: AgentSettings,
): void {
  const isOnly = config.sinks.length === 1;
  diagnostics.warn(
    { sink },
    isOnly
      ? 'The reader of standard output is gone, stopping.'
      : 'The reader of standard output is gone, this sink gets nothing any more.',
  );
  if (isOnly) stop.stop({ why: 'the reader of standard output is gone', exitCode: 0 });
}
