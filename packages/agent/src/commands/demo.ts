import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpEngine } from '@tallyman/core';
import { systemClock } from '@tallyman/sdk';
import { runAgent } from '../agent.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig } from '../config/model.ts';
import { catalogueOf } from '../configured.ts';
import { engineAddress } from '../engine/address.ts';
import { Reloading } from '../reload/reloading.ts';
import type { StopRequest } from '../stop-request.ts';
import { type RunOptions, type Surroundings, withDiagnostics } from './run.ts';

export interface DemoOptions extends RunOptions {
  /** Ends by itself after so long. Absent: when it is told to. */
  readonly forMs: number | undefined;
}

/** `tallyman demo`: the main job without a configuration, on an engine of its own where there is no other. */
export async function demo(options: DemoOptions): Promise<number> {
  return withDiagnostics(options, async (surroundings) => {
    const { diagnostics, stop } = surroundings;
    const cancel = endAfter(options.forMs, stop);
    stopWithParent(stop);
    const state = await mkdtemp(join(tmpdir(), 'tallyman-demo-'));
    try {
      const real = await demoConfig(options, { state });
      if (await answers(real, stop.signal)) {
        diagnostics.info(
          { engine: real.engine.host },
          'Showing the containers of this Docker engine.',
        );
        return await show(real, options, surroundings);
      }
      return await showEmbedded({ ...options, state }, surroundings);
    } finally {
      cancel();
      await rm(state, { recursive: true, force: true });
    }
  });
}

async function showEmbedded(
  options: DemoOptions & Pick<DemoWorld, 'state'>,
  surroundings: Surroundings,
): Promise<number> {
  const { diagnostics, stop } = surroundings;
  // Imported here, as an agent at work has no use for it.
  const { demoWorld, EmbeddedEngine } = await import('@tallyman/testkit/embedded');
  await using engine = new EmbeddedEngine();
  await engine.start();
  diagnostics.info(
    { engine: `unix://${engine.socketPath}` },
    'No Docker engine answers here, showing the embedded one with made-up containers.',
  );
  const world = demoWorld(engine, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) diagnostics.warn({ error }, 'The made-up containers stopped.');
  });
  const config = await demoConfig(options, {
    state: options.state,
    engineHost: `unix://${engine.socketPath}`,
  });
  const exitCode = await show(config, options, surroundings);
  await world;
  return exitCode;
}

function show(
  config: LoadedConfig,
  options: DemoOptions,
  { diagnostics, stop, reloads }: Surroundings,
): Promise<number> {
  const readAt = new Date(systemClock.now()).toISOString();
  const configured = { config, source: 'demo', readAt };
  const reloading = new Reloading({ requests: reloads, diagnostics });
  return runAgent({ ...options, configured, reloading, diagnostics, stop, start: 'tolerant' });
}

interface DemoWorld {
  /** Directory for the state. */
  readonly state: string;
  /** Absent: as for the docker command. */
  readonly engineHost?: string;
}

/** Everything to standard output, the last ten minutes first. */
function demoConfig(options: DemoOptions, { state, engineHost }: DemoWorld): Promise<LoadedConfig> {
  const engine = engineHost === undefined ? '' : `engine: { host: "${engineHost}" }\n`;
  const text = `${engine}state: { directory: ${JSON.stringify(state)} }\ncollect: { logs: { start_at: 10m }, stats: { interval: 5s } }\nsinks: { stdout: {} }\n`;
  return loadConfig({ path: 'demo', text, env: process.env, catalogue: catalogueOf(options) });
}

const answerLimitMs = 2_000;

async function answers({ engine }: LoadedConfig, signal: AbortSignal): Promise<boolean> {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)]);
    await new HttpEngine(engineAddress(engine)).connect(limited);
    return true;
  } catch {
    return false;
  }
}

function endAfter(forMs: number | undefined, stop: StopRequest): () => void {
  if (forMs === undefined) return () => {};
  return systemClock.after(forMs, () => stop.stop({ why: 'the demo is over', exitCode: 0 }));
}

const parentCheckMs = 1_000;

// A package manager that is killed takes its script with it only on Ctrl-C: an orphaned demo would run for ever.
function stopWithParent(stop: StopRequest): void {
  const parent = process.ppid;
  const check = () => {
    if (process.ppid !== parent) stop.stop({ why: 'its parent process is gone', exitCode: 0 });
    else if (!stop.signal.aborted) systemClock.after(parentCheckMs, check);
  };
  check();
}
