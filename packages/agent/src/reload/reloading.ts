import { messageOf } from '@tallyman/sdk';
import { ConfigError, printedProblem } from '../config/problem.ts';
import type { Configuration, Configured } from '../configured.ts';
import type { AgentDiagnostics } from '../diagnostics/diagnostics.ts';
import type { ReloadRequests } from './requests.ts';
import { untilAborted } from './until-aborted.ts';
import type { ConfigWatch } from './watch.ts';

export interface ReloadingSettings {
  /** Absent, or without a file: there is nothing to be read again. */
  readonly configuration?: Configuration | undefined;
  readonly requests: ReloadRequests;
  readonly watch?: ConfigWatch | undefined;
  readonly diagnostics: AgentDiagnostics;
}

/** Puts a configuration into force. Where it throws, nothing has changed. The signal aborts when time is short. */
export type PutIntoForce = (
  next: Configured,
  facts: { readonly why: string },
  signal: AbortSignal,
) => Promise<void>;

/** Reads the configuration again whenever somebody wishes it, one time after the other. */
export class Reloading {
  readonly #settings: ReloadingSettings;

  constructor(settings: ReloadingSettings) {
    this.#settings = settings;
    this.#watchOver();
  }

  /** Heeds wishes while a task lasts; one that is being met then is met before this resolves, as the task does. */
  async during<T>(task: Promise<T>, putIntoForce: PutIntoForce): Promise<T> {
    const over = new AbortController();
    const heeding = this.#heed(putIntoForce, over.signal);
    try {
      return await task;
    } finally {
      over.abort();
      await heeding;
    }
  }

  async #heed(putIntoForce: PutIntoForce, signal: AbortSignal): Promise<void> {
    const { requests } = this.#settings;
    for (
      let why = await requests.next(signal);
      why !== undefined;
      why = await requests.next(signal)
    )
      await this.#reload(why, putIntoForce, signal);
  }

  async #reload(why: string, putIntoForce: PutIntoForce, signal: AbortSignal): Promise<void> {
    const { configuration, diagnostics } = this.#settings;
    if (configuration?.path === undefined) {
      diagnostics.warn(
        { why },
        'There is nothing to read again: the configuration comes from no file. Restart the agent to change it.',
      );
      return;
    }
    try {
      // A file system that hangs must not keep the agent from stopping.
      const next = await Promise.race([configuration.read(), untilAborted(signal)]);
      if (next === undefined) return;
      await putIntoForce(next, { why }, signal);
    } catch (error) {
      this.#refuse(configuration.path, why, error);
    }
    this.#watchOver();
  }

  #refuse(config: string, why: string, error: unknown): void {
    const { diagnostics } = this.#settings;
    const mistakes =
      error instanceof ConfigError ? error.problems.map(printedProblem) : [messageOf(error)];
    for (const mistake of mistakes)
      diagnostics.error({ mistake }, 'A mistake in the configuration.');
    diagnostics.error(
      { config, why, mistakes: mistakes.length },
      'The configuration is not reloaded, the agent goes on with the one it has.',
    );
  }

  /** Over what was read last, also where it is no sound configuration: it may become one. */
  #watchOver(): void {
    const { watch, configuration } = this.#settings;
    if (configuration !== undefined) watch?.follow(configuration.files);
  }
}
