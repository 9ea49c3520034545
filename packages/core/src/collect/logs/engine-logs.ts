import type { Engine, LogQuery } from '../engine.ts';
import type { FollowersLimit } from './followers-limit.ts';
import type { LogBytes, LogOwner, LogStore } from './store.ts';

/** Logs as the engine's API gives them. */
export class EngineLogs implements LogStore {
  readonly #engine: Pick<Engine, 'logs'>;
  readonly #limit: FollowersLimit | undefined;

  /** `limit`: where the engine runs on this host. */
  constructor(engine: Pick<Engine, 'logs'>, limit?: FollowersLimit) {
    this.#engine = engine;
    this.#limit = limit;
  }

  async read({ id, tty }: LogOwner, query: LogQuery, signal: AbortSignal): Promise<LogBytes> {
    const source = await this.#engine.logs(id, query, signal);
    const limit = query.follow ? this.#limit : undefined;
    return {
      syntax: tty ? 'console' : 'frames',
      pump: async (take) => {
        const end = limit?.begin();
        await source.pump(take).finally(end);
      },
    };
  }
}
