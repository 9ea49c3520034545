import { leaveSignals } from './container/first-process.ts';
import type { AgentDiagnostics } from './diagnostics/diagnostics.ts';
import type { ReloadRequests } from './reload/requests.ts';

/** How the agent was asked to stop, and with which exit code it ends if all goes well. */
export interface StopReason {
  readonly why: string;
  readonly exitCode: number;
}

/** The one wish to stop: the first counts. */
export class StopRequest {
  readonly #controller = new AbortController();
  #reason: StopReason | undefined;

  /** Aborts when the agent is to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get reason(): StopReason {
    return this.#reason ?? { why: 'done', exitCode: 0 };
  }

  stop(reason: StopReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller.abort(new Error(`stopping: ${reason.why}`));
  }

  /** Resolves when the agent is to stop. */
  async requested(): Promise<void> {
    if (this.signal.aborted) return;
    await new Promise<void>((resolve) =>
      this.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
  }
}

/**
 * Lets signals and stray errors of plugins act on the agent: the first SIGTERM or SIGINT stops it in order, a
 * second ends it at once; SIGHUP has the configuration read again. Returns what takes the handlers away again.
 */
export function heedProcess(
  request: StopRequest,
  reloads: ReloadRequests,
  diagnostics: AgentDiagnostics,
): () => void {
  const onSignal = (name: NodeJS.Signals) => {
    if (request.signal.aborted) {
      diagnostics.error(
        { signal: name },
        'Stopped at once by a second signal: stats and events that are held in memory are lost, logs are read again at the next start.',
      );
      process.exit(1);
    }
    diagnostics.info({ signal: name }, 'Stopping.');
    request.stop({ why: name, exitCode: 0 });
  };
  const onHangUp = () => reloads.request('SIGHUP');
  // A promise that a sink forgot must not end the agent for all the others.
  const onRejection = (error: unknown) => {
    diagnostics.error(
      { error },
      'Something failed and nobody took care of it; collecting goes on.',
    );
  };
  const onException = (error: unknown) => {
    diagnostics.error({ error }, 'Something broke unexpectedly, stopping.');
    request.stop({ why: 'an unexpected error', exitCode: 1 });
  };
  leaveSignals();
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal).on('SIGHUP', onHangUp);
  process.on('unhandledRejection', onRejection).on('uncaughtException', onException);
  return () => {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal).off('SIGHUP', onHangUp);
    process.off('unhandledRejection', onRejection).off('uncaughtException', onException);
  };
}
