import type { Clock } from '@tallyman/sdk';
import { type ContainerDetails, containerFrom, type ListedContainer } from '../decode/inspect.ts';
import type { Diagnostics } from '../vitals/log.ts';
import { answerLimitMs, withDeadline } from './deadline.ts';
import { type Engine, EngineError } from './engine.ts';
import { Slots } from './slots.ts';

/** Told when a container is first seen or has changed, and when it is gone. */
export interface ContainerWatcher {
  changed(container: ContainerDetails): void;
  gone(container: ContainerDetails): void;
}

export interface ContainersSettings {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Diagnostics;
}

/** What collectors need of {@link Containers}. */
export type ContainerDirectory = Pick<Containers, 'get' | 'all' | 'refresh'>;

const inspectsAtOnce = 16;
const rememberedGone = 1_000;

/** What the agent knows of the host's containers. The engine's inspect answer is the truth; all else is a hint to ask. */
export class Containers {
  readonly #settings: ContainersSettings;
  readonly #watcher: ContainerWatcher;
  readonly #known = new Map<string, ContainerDetails>();
  readonly #refreshing = new Map<string, { promise: Promise<void>; isStale: boolean }>();
  readonly #slots = new Slots(inspectsAtOnce);
  readonly #gone = new Set<string>();

  constructor(settings: ContainersSettings, watcher: ContainerWatcher) {
    this.#settings = settings;
    this.#watcher = watcher;
  }

  /** Whether the engine ever answered for the container; of those that are gone, for the last thousand. */
  knew(id: string): boolean {
    return this.#known.has(id) || this.#gone.has(id);
  }

  get(id: string): ContainerDetails | undefined {
    return this.#known.get(id);
  }

  all(): readonly ContainerDetails[] {
    return [...this.#known.values()];
  }

  /** Notes what an event said, until the engine is asked. */
  hint(id: string, change: Partial<ContainerDetails>): void {
    const known = this.#known.get(id);
    if (known !== undefined) this.#set({ ...known, ...change });
  }

  /**
   * Asks the engine for the container, and once more where it was asked meanwhile. Resolves to what is known
   * then; nothing where the container is gone. Rejects where the engine does not answer.
   */
  async refresh(id: string, signal: AbortSignal): Promise<ContainerDetails | undefined> {
    const running = this.#refreshing.get(id);
    if (running !== undefined) running.isStale = true;
    else {
      const refreshing = { promise: Promise.resolve(), isStale: true };
      this.#refreshing.set(id, refreshing);
      refreshing.promise = this.#refreshUntilFresh(id, refreshing, signal).finally(() =>
        this.#refreshing.delete(id),
      );
    }
    await this.#refreshing.get(id)?.promise;
    return this.#known.get(id);
  }

  /** Compares with a list of all containers and asks for those that differ. */
  async reconcile(listed: readonly ListedContainer[], signal: AbortSignal): Promise<void> {
    const ids = new Set(listed.map(({ id }) => id));
    const differing = listed.filter(({ id, name, status }) => {
      const known = this.#known.get(id);
      return known === undefined || known.name !== name || known.status !== status;
    });
    // A container that is known and not listed may be younger than the list: the engine decides.
    const unlisted = this.all().filter(({ id }) => !ids.has(id));
    const suspects = [...differing, ...unlisted];
    await Promise.all(suspects.map(({ id }) => this.refresh(id, signal)));
  }

  async #refreshUntilFresh(
    id: string,
    refreshing: { isStale: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    while (refreshing.isStale) {
      refreshing.isStale = false;
      await this.#slots.use(() => this.#inspect(id, signal));
    }
  }

  async #inspect(id: string, signal: AbortSignal): Promise<void> {
    const { engine, clock, log } = this.#settings;
    try {
      const answer = await withDeadline(answerLimitMs, clock, signal, (limited) =>
        engine.inspect(id, limited),
      );
      this.#set(containerFrom(answer));
    } catch (error) {
      if (error instanceof EngineError && error.kind === 'gone') this.#remove(id);
      else if (error instanceof EngineError && error.kind === 'failed')
        log.warn({ container: id, error: error.message }, 'A container cannot be inspected.');
      else throw error;
    }
  }

  #set(container: ContainerDetails): void {
    this.#known.set(container.id, container);
    this.#watcher.changed(container);
  }

  #remove(id: string): void {
    const known = this.#known.get(id);
    this.#known.delete(id);
    if (known !== undefined) this.#remember(id);
    if (known !== undefined) this.#watcher.gone(known);
  }

  #remember(id: string): void {
    this.#gone.add(id);
    if (this.#gone.size <= rememberedGone) return;
    const [oldest] = this.#gone;
    if (oldest !== undefined) this.#gone.delete(oldest);
  }
}
