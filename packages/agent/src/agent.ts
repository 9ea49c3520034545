import { hostname } from 'node:os';
import {
  type Accounts,
  DockerodeEngine,
  type EngineError,
  type Pipeline,
  type ReachedEngine,
  reachEngine,
} from '@tallyman/core';
import { systemClock } from '@tallyman/sdk';
import { probeSinks } from './compose/probe.ts';
import { composePipeline } from './compose/root.ts';
import type { LoadedConfig } from './config/model.ts';
import type { AgentDiagnostics } from './diagnostics/diagnostics.ts';
import { engineAddress } from './engine/address.ts';
import { adviceFor } from './engine/advice.ts';
import { ownContainerId } from './engine/own-container.ts';
import { endingWithReader } from './reader-gone.ts';
import { SinkCounts } from './sinks/counts.ts';
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
// seconds more, then come the account and the exit.
const exitMarginMs = 2_500;
// What is left for the account and the exit, whatever a sink still does.
const lastWordMs = 200;

/** Runs the agent until it is asked to stop. Resolves to the exit code. */
export async function runAgent(settings: AgentSettings): Promise<number> {
  const { config, diagnostics, stop } = settings;
  announce(settings);
  if (settings.start === 'strict' && !(await allSinksOpen(settings)))
    return stop.signal.aborted ? finish(settings, emptyAccounts(config), {}) : 1;

  const address = engineAddress(config.engine);
  const engine = new DockerodeEngine(address);
  const explain = (error: EngineError) => adviceFor(error, address);
  const ports = { clock: systemClock, random: Math.random, log: diagnostics, explain };
  let engineInfo: ReachedEngine;
  try {
    engineInfo = await reachEngine(engine, ports, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return finish(settings, emptyAccounts(config), {});
    throw error;
  }

  const counts = new SinkCounts();
  const pipeline = composePipeline({
    config,
    diagnostics,
    counts,
    engine,
    engineInfo,
    explain,
    host: engineInfo.hostName || hostname(),
    ownContainerId: ownContainerId(),
    // Only there: any other sink's broken connection is one that it will open again.
    around: (sink, { name, type }) =>
      type === 'stdout' ? endingWithReader(sink, () => readerGone(name, settings)) : sink,
  });
  pipeline.start();
  await stop.requested();
  const account = await stopped(pipeline, settings);
  diagnostics.info({ counts: pipeline.counters() }, 'What was collected.');
  return finish(settings, account, counts.snapshot());
}

function announce({ config, source, diagnostics }: AgentSettings): void {
  diagnostics.info(
    { version, config: source, engine: config.engine.host, host: hostname() },
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

async function stopped(pipeline: Pipeline, { stopTimeoutMs }: AgentSettings): Promise<Accounts> {
  const deadline = new AbortController();
  const inTime = new AbortController();
  // Slept, not timed: it has to keep the process alive should a sink hang without any handle.
  const passed = (ms: number) =>
    systemClock.sleep(Math.max(0, ms), inTime.signal).catch(() => undefined);
  const drained = passed(stopTimeoutMs - exitMarginMs).then(() =>
    deadline.abort(new Error('the time to stop is over')),
  );
  const stopping = pipeline.stop({ deadline: deadline.signal });
  await Promise.race([stopping, passed(stopTimeoutMs - lastWordMs)]);
  inTime.abort();
  await drained;
  return pipeline.accounts();
}

/** Says what became of every record. */
function finish(
  { diagnostics, stop }: AgentSettings,
  account: Accounts,
  counts: ReturnType<SinkCounts['snapshot']>,
): number {
  for (const [sink, { held }] of Object.entries(account))
    if (held > 0)
      diagnostics.error(
        { sink, records: held },
        'Records were not delivered in time and are lost: this version keeps none on disk.',
      );
  const own = Object.keys(counts).length > 0 ? { counts } : {};
  diagnostics.statement({ account, ...own }, 'Tallyman stopped.');
  return stop.reason.exitCode;
}

function emptyAccounts({ sinks }: LoadedConfig): Accounts {
  const nothing = { offered: 0, delivered: 0, dropped: {}, held: 0 };
  return Object.fromEntries(sinks.map(({ name }) => [name, nothing]));
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
