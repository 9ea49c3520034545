import { systemClock } from '@tallyman/sdk';
import { runAgent } from '../agent.ts';
import { Configuration } from '../configured.ts';
import { type AgentDiagnostics, standardDiagnostics } from '../diagnostics/diagnostics.ts';
import { Reloading } from '../reload/reloading.ts';
import { ReloadRequests } from '../reload/requests.ts';
import { ConfigWatch } from '../reload/watch.ts';
import { heedProcess, StopRequest } from '../stop-request.ts';
import type { CommonOptions } from './options.ts';

export interface RunOptions extends CommonOptions {
  readonly stopTimeoutMs: number;
  readonly strict: boolean;
  /** Whether the configuration is read again when its files change. */
  readonly watch: boolean;
}

/** `tallyman run`: collects until it is told to stop. */
export async function run(options: RunOptions): Promise<number> {
  return withDiagnostics(options, async ({ diagnostics, stop, reloads }) => {
    const configuration = new Configuration(options);
    const configured = await configuration.read();
    for (const { flag, now } of options.flags?.remarks ?? [])
      diagnostics.warn({ flag, now }, 'A flag of docker-logentries, which has another name here.');
    const { equivalent } = configured;
    if (equivalent !== undefined)
      diagnostics.info({ yaml: equivalent }, 'No configuration file, the environment says this.');
    using watch = options.watch ? watchFor(reloads) : undefined;
    const reloading = new Reloading({ configuration, requests: reloads, watch, diagnostics });
    const start = options.strict ? 'strict' : 'tolerant';
    return await runAgent({ ...options, configured, reloading, diagnostics, stop, start });
  });
}

function watchFor(reloads: ReloadRequests): ConfigWatch {
  return new ConfigWatch({
    clock: systemClock,
    changed: () => reloads.request('its files changed'),
  });
}

/** How the process is talked to. */
export interface Surroundings {
  readonly diagnostics: AgentDiagnostics;
  readonly stop: StopRequest;
  readonly reloads: ReloadRequests;
}

const flushLimitMs = 1_000;

/** Runs a task with diagnostics and a way to stop, and sees to it that the last line is not lost. */
export async function withDiagnostics(
  { logLevel, logFormat }: CommonOptions,
  task: (surroundings: Surroundings) => Promise<number>,
): Promise<number> {
  const diagnostics = standardDiagnostics({ level: logLevel, format: logFormat });
  const stop = new StopRequest();
  const reloads = new ReloadRequests();
  const heedless = heedProcess(stop, reloads, diagnostics);
  try {
    return await task({ diagnostics, stop, reloads });
  } finally {
    heedless();
    await diagnostics.flush(AbortSignal.timeout(flushLimitMs));
  }
}
