import type { Engine, LogQuery } from '../engine.ts';
import type { LogBytes, LogOwner, LogStore } from './store.ts';

/** Logs as the engine's API gives them. */
export class EngineLogs implements LogStore {
  readonly #engine: Pick<Engine, 'logs'>;

  constructor(engine: Pick<Engine, 'logs'>) {
    this.#engine = engine;
  }

  async read({ id, tty }: LogOwner, query: LogQuery, signal: AbortSignal): Promise<LogBytes> {
    const source = await this.#engine.logs(id, query, signal);
    return { syntax: tty ? 'console' : 'frames', pump: (take) => source.pump(take) };
  }
}
