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
import { composePipeline } from './compose/root.ts';
import type { LoadedConfig } from './config/model.ts';
import type { AgentDiagnostics } from './diagnostics/diagnostics.ts';
import { engineAddress } from './engine/address.ts';
import { adviceFor } from './engine/advice.ts';
import { ownContainerId } from './engine/own-container.ts';
import { nothingCollected, type Outcome, sayOutcome, storedRecords } from './outcome.ts';
import { endingWithReader } from './reader-gone.ts';
import { SinkCounts } from './sinks/counts.ts';
import { type AgentState, openState } from './state/open.ts';
import type { StopRequest } from './stop-request.ts';
import { version } from './version.ts';

export interface AgentSettings {
  readonly config: LoadedConfig;
  /** Where the configuration comes from, for the start's report. */
  readonly source: string;
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
  const { config, diagnostics } = settings;
  announce(settings);
  const opened = await openState(config.state, diagnostics);
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
  const { config, diagnostics, stop } = settings;
  const current = { config, readAt: new Date(systemClock.now()).toISOString() };
  const view = new AgentView({ ...settings, current }, systemClock);
  const ports = { clock: systemClock, log: diagnostics };
  const endpoint = await openEndpoint(config.admin, view, ports);
  if (endpoint === 'refused') return 1;
  try {
    const outcome = await collected(settings, state, view);
    if (outcome === 'not_started') return 1;
    sayOutcome(outcome, state, diagnostics);
    return stop.reason.exitCode;
  } finally {
    await endpoint.close();
  }
}

/** Collects until the agent is asked to stop. `not_started`: with `--strict`, a sink does not open. */
async function collected(
  settings: AgentSettings,
  state: AgentState,
  view: AgentView,
): Promise<Outcome | 'not_started'> {
  const { config, diagnostics, stop } = settings;
  if (settings.start === 'strict' && !(await allSinksOpen(settings)))
    return stop.signal.aborted ? nothingCollected(config) : 'not_started';

  const address = engineAddress(config.engine);
  const engine = new HttpEngine(address);
  const explain = (error: EngineError) => adviceFor(error, address);
  const ports = { clock: systemClock, random: Math.random, log: diagnostics, explain };
  let engineInfo: ReachedEngine;
  try {
    engineInfo = await reachEngine(engine, ports, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return nothingCollected(config);
    throw error;
  }

  const counts = new SinkCounts();
  const host = engineInfo.hostName || hostname();
  const pipeline = composePipeline({
    config,
    diagnostics,
    counts,
    engine,
    engineInfo,
    explain,
    host,
    ownContainerId: ownContainerId(),
    lanes: await state.lanes(storedLanes(config), engineInfo.bornAt),
    // Only there: any other sink's broken connection is one that it will open again.
    around: (sink, { name, type }) =>
      type === 'stdout' ? endingWithReader(sink, () => readerGone(name, settings)) : sink,
  });
  pipeline.start();
  view.collects({ pipeline, counts, host });
  await stop.requested();
  const account = await stopped(pipeline, state, settings);
  diagnostics.info({ counts: pipeline.counters() }, 'What was collected.');
  return { account, counts: counts.snapshot(), stored: storedRecords(pipeline) };
}

function announce({ config, source, diagnostics }: AgentSettings): void {
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

async function allSinksOpen({ config, diagnostics, stop }: AgentSettings): Promise<boolean> {
  const counts = new SinkCounts();
  const parts = { config, diagnostics, counts, host: hostname() };
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

function readerGone(sink: string, { config, diagnostics, stop }: AgentSettings): void {
  const isOnly = config.sinks.length === 1;
  diagnostics.warn(
    { sink },
    isOnly
      ? 'The reader of standard output is gone, stopping.'
      : 'The reader of standard output is gone, this sink gets nothing any more.',
  );
  if (isOnly) stop.stop({ why: 'the reader of standard output is gone', exitCode: 0 });
}
