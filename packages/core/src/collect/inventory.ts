import { type Clock, messageOf } from '@tallyman/sdk';
import type { EngineEvent } from '../decode/event.ts';
import { listedFrom } from '../decode/inspect.ts';
import { sinceOf } from '../decode/timestamp.ts';
import type { Counters } from '../vitals/counters.ts';
import type { Diagnostics } from '../vitals/log.ts';
import { Backoff } from './backoff.ts';
import { type ContainerDirectory, Containers, type ContainerWatcher } from './containers.ts';
import { answerLimitMs, withDeadline } from './deadline.ts';
import { type Engine, EngineError } from './engine.ts';
import { EventFeed, type TakeEvent } from './event-feed.ts';
import type { EngineMoment } from './reach.ts';

/** Told of everything that the inventory learns. */
export interface InventoryWatcher extends ContainerWatcher {
  event: TakeEvent;
  /** A container that was announced and gone before it could be asked for. */
  missed(event: EngineEvent): void;
  /** The engine answers, for the first time or again. */
  connected(): void;
  /** All containers there are, by their ids; each that could be inspected is known. */
  reconciled(ids: ReadonlySet<string>): void;
}

export interface InventorySettings {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Diagnostics;
  readonly counters: Counters;
  /** The agent's start, on the engine's clock: where events begin. */
  readonly bornAt: string;
  /** What a person could do about an engine that does not answer. */
  readonly explain: (error: EngineError) => string;
}

const reconcileEveryMs = 45_000;
const patienceMs = 2_000;
const healthyAfterMs = 10_000;

// These change what inspect answers. `destroy` ends with "gone"; restart is told as die and start.
const changingActions = new Set([
  'create',
  'start',
  'die',
  'destroy',
  'rename',
  'pause',
  'unpause',
  'update',
  'oom',
  'health_status',
]);

/**
 * Knows the host's containers. Subscribes to events first, lists then: nothing falls between the two. Lists
 * again every 45 s and after every reconnect, because the engine drops events that are not read in time
 * (moby daemon/events). An engine that is down is waited for, with one backoff for the whole agent.
 */
export class Inventory {
  readonly #settings: InventorySettings;
  readonly #watcher: InventoryWatcher;
  readonly #containers: Containers;
  readonly #feed: EventFeed;
  readonly #backoff: Backoff;
  #info: EngineMoment | undefined;
  #isConnected = false;
  /** What was said last of the engine. */
  #saidOfIt: 'nothing' | 'answers' | 'does not answer' = 'nothing';
  #arrivals: (() => void)[] = [];
  #signal: AbortSignal = AbortSignal.abort();

  constructor(settings: InventorySettings, watcher: InventoryWatcher) {
    this.#settings = settings;
    this.#watcher = watcher;
    this.#containers = new Containers(settings, watcher);
    this.#feed = new EventFeed((event, ordinal) => this.#event(event, ordinal), settings);
    this.#backoff = new Backoff({ firstMs: 250, longestMs: 30_000, random: settings.random });
  }

  get containers(): ContainerDirectory {
    return this.#containers;
  }

  /** What the engine said when it was reached last. */
  get engineInfo(): EngineMoment | undefined {
    return this.#info;
  }

  /** Whether the engine answers, its events are followed and the containers are known. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Resolves once the engine answers and the containers are known. */
  async connected(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isConnected) return;
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#arrivals.push(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  }

  /** Runs until the signal aborts; never rejects for anything the engine does. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#settings;
    this.#signal = signal;
    while (!signal.aborted) {
      const startedMs = clock.monotonicMs();
      const error = await this.#session(signal).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (signal.aborted) return;
      const wasHealthy = this.#isConnected && clock.monotonicMs() - startedMs > healthyAfterMs;
      this.#isConnected = false;
      if (wasHealthy) this.#backoff.reset();
      const delayMs = Math.round(this.#backoff.nextMs());
      this.#sayEnd({ ...this.#described(error), delayMs }, wasHealthy ? 'healthy' : 'short');
      await clock.sleep(delayMs, signal).catch(() => {});
    }
  }

  /** Proxies cut streams that are quiet: the end of a healthy session says nothing of the engine yet. */
  #sayEnd(fields: object, session: 'healthy' | 'short'): void {
    const { log, counters } = this.#settings;
    if (session === 'healthy') {
      log.debug(fields, 'The stream of events ended, opening it again.');
      return;
    }
    if (this.#saidOfIt === 'answers') counters.add('engine_outages');
    this.#saidOfIt = 'does not answer';
    log.warn(fields, 'The engine does not answer, trying again.');
  }

  /** One connection's life, from the ping to the end of the event stream. */
  async #session(signal: AbortSignal): Promise<void> {
    const { engine, clock } = this.#settings;
    const session = new AbortController();
    const either = AbortSignal.any([signal, session.signal]);
    try {
      const info = await withDeadline(answerLimitMs, clock, either, (limited) =>
        engine.connect(limited),
      );
      this.#info = { ...info, reachedMs: clock.monotonicMs() };
      const since = this.#feed.since ?? sinceOf(this.#settings.bornAt);
      const source = await engine.events({ since }, either);
      this.#feed.reconnected();
      const ended = source.pump((bytes) => {
        this.#feed.write(bytes);
        return undefined;
      });
      const reconciled = this.#reconcileRepeatedly(either);
      await Promise.race([ended, reconciled]);
    } finally {
      session.abort(new Error('the connection to the engine ended'));
    }
  }

  async #reconcileRepeatedly(signal: AbortSignal): Promise<void> {
    const { engine, clock } = this.#settings;
    while (true) {
      const answer = await withDeadline(answerLimitMs, clock, signal, (limited) =>
        engine.list(limited),
      );
      const listed = answer.map(listedFrom).filter((entry) => entry !== undefined);
      const reconciled = this.#containers.reconcile(listed, signal);
      // One container that cannot be inspected keeps nobody waiting.
      await Promise.race([reconciled, clock.sleep(patienceMs, signal)]);
      this.#arrive();
      await reconciled;
      this.#watcher.reconciled(new Set(listed.map(({ id }) => id)));
      await clock.sleep(reconcileEveryMs, signal);
    }
  }

  #arrive(): void {
    if (this.#isConnected) return;
    this.#isConnected = true;
    this.#watcher.connected();
    this.#sayArrival();
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    for (const arrive of arrivals) arrive();
  }

  #sayArrival(): void {
    if (this.#saidOfIt === 'answers') return;
    this.#saidOfIt = 'answers';
    const { product, apiVersion } = this.#info ?? {};
    const containers = this.#containers.all().length;
    this.#settings.log.info(
      { engine: product, apiVersion, containers },
      'Connected to the engine.',
    );
  }

  #event(event: EngineEvent, ordinal: number): void {
    this.#watcher.event(event, ordinal);
    if (!changingActions.has(event.action)) return;
    // Said before it is asked: a container that lives 50 ms is gone by then.
    if (event.action === 'start')
      this.#containers.hint(event.containerId, { status: 'running', isRunning: true });
    this.#containers.refresh(event.containerId, this.#signal).then(
      () => {
        if (event.action === 'start' && !this.#containers.knew(event.containerId))
          this.#watcher.missed(event);
      },
      // The engine went away: the session ends by itself and the next one reconciles.
      () => {},
    );
  }

  #described(error: unknown): object {
    if (error instanceof EngineError)
      return { error: error.message, advice: this.#settings.explain(error) };
    return { error: error === undefined ? 'the event stream ended' : messageOf(error) };
  }
}
