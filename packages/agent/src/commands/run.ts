import { runAgent } from '../agent.ts';
import { configured } from '../configured.ts';
import { type AgentDiagnostics, standardDiagnostics } from '../diagnostics/diagnostics.ts';
import { heedProcess, StopRequest } from '../stop-request.ts';
import type { CommonOptions } from './options.ts';

export interface RunOptions extends CommonOptions {
  readonly stopTimeoutMs: number;
  readonly strict: boolean;
}

/** `tallyman run`: collects until it is told to stop. */
export async function run(options: RunOptions): Promise<number> {
  return withDiagnostics(options, async (diagnostics, stop) => {
    const { config, source, equivalent } = await configured(options);
    for (const { flag, now } of options.flags?.remarks ?? [])
      diagnostics.warn({ flag, now }, 'A flag of docker-logentries, which has another name here.');
    if (equivalent !== undefined)
      diagnostics.info({ yaml: equivalent }, 'No configuration file, the environment says this.');
    const start = options.strict ? 'strict' : 'tolerant';
    return runAgent({ ...options, config, source, diagnostics, stop, start });
  });
}

const flushLimitMs = 1_000;

/** Runs a task with diagnostics and a way to stop, and sees to it that the last line is not lost. */
export async function withDiagnostics(
  { logLevel, logFormat }: CommonOptions,
  task: (diagnostics: AgentDiagnostics, stop: StopRequest) => Promise<number>,
): Promise<number> {
  const diagnostics = standardDiagnostics({ level: logLevel, format: logFormat });
  const stop = new StopRequest();
  const heedless = heedProcess(stop, diagnostics);
  try {
    return await task(diagnostics, stop);
  } finally {
    heedless();
    await diagnostics.flush(AbortSignal.timeout(flushLimitMs));
  }
}
