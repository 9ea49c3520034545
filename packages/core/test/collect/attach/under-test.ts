import { VirtualClock } from '@tallyman/testkit';
import {
  type EmbeddedContainer,
  EmbeddedEngine,
  type EmbeddedEngineOptions,
} from '@tallyman/testkit/embedded';
import { Announced, type AnnouncedConnection } from '../../../src/collect/attach/announced.ts';
import {
  type AttachEnd,
  AttachReader,
  type AttachReaderSettings,
  type LogReading,
} from '../../../src/collect/attach/reader.ts';
import { Containers } from '../../../src/collect/containers.ts';
import { HttpEngine } from '../../../src/collect/engine-http.ts';
import { type LogRecord, LogSource } from '../../../src/decode/log.ts';
import { timeOfNanos } from '../../../src/decode/timestamp.ts';
import { Counters } from '../../../src/vitals/counters.ts';
import { logInto } from '../../ship/lane-under-test.ts';
import { until } from '../../until.ts';

/** Stands for the reader of the engine's log: ends as it is told. */
export class ScriptedLog implements LogReading {
  readonly #ended = Promise.withResolvers<AttachEnd>();
  /** Where it was asked to begin, once it was asked for. */
  since: string | undefined;
  isAskedFor = false;
  hasConnected = false;
  hasRead = false;

  readonly read = (since?: string): LogReading => {
    this.isAskedFor = true;
    this.since = since;
    return this;
  };

  run(): Promise<AttachEnd> {
    return this.#ended.promise;
  }

  ends(end: AttachEnd): this {
    this.#ended.resolve(end);
    return this;
  }
}

/** A reader that is attached to a container of an embedded engine, and what it handed on. */
export class AttachUnderTest implements AsyncDisposable {
  readonly engine: EmbeddedEngine;
  readonly clock: VirtualClock;
  readonly records: LogRecord[] = [];
  readonly gaps: string[] = [];
  readonly #client: HttpEngine;
  readonly #containers: Containers;
  readonly #stopping = new AbortController();
  readonly #bornAt: string;

  private constructor(engine: EmbeddedEngine, clock: VirtualClock) {
    this.engine = engine;
    this.clock = clock;
    this.#client = new HttpEngine({ kind: 'unix', socketPath: engine.socketPath });
    this.#containers = new Containers(
      { engine: this.#client, clock, log: logInto([]) },
      { changed: () => {}, gone: () => {} },
    );
    this.#bornAt = this.#now();
  }

  static async started(options: EmbeddedEngineOptions = {}): Promise<AttachUnderTest> {
    const clock = new VirtualClock();
    const engine = await new EmbeddedEngine({ ...options, clock }).start();
    const under = new AttachUnderTest(engine, clock);
    await clock.advance(1_000);
    return under;
  }

  /** Whose log can be read where one is given. The container is known as it is now. */
  async readerOf(
    name: string,
    log?: ScriptedLog,
    settings: Partial<AttachReaderSettings> = {},
  ): Promise<AttachReader> {
    const container = await this.#containers.refresh(this.#idOf(name), this.signal);
    if (container === undefined) throw new Error(`reading ${name}: there is no such container`);
    const identity = { id: container.id, name, image: container.image };
    return new AttachReader(container, {
      engine: this.#client,
      directory: this.#containers,
      clock: this.clock,
      // The shortest backoff there is.
      random: () => 0,
      log: logInto([]),
      counters: new Counters(),
      maxLineBytes: 1024 * 1024,
      connected: async () => {},
      bornAt: this.#bornAt,
      engineNow: () => this.#now(),
      source: (stream) => new LogSource({ host: 'quay', container: identity, fields: {} }, stream),
      take: (records) => void this.records.push(...records),
      gap: (reason) => void this.gaps.push(reason),
      ...(log === undefined ? {} : { readLog: log.read }),
      ...settings,
    });
  }

  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  get lines(): readonly string[] {
    return this.records.map(({ message }) => message);
  }

  /** Resolves once the lines are these. */
  read(...lines: readonly string[]): Promise<void> {
    return until(() => JSON.stringify(this.lines) === JSON.stringify(lines));
  }

  /** How many requests of this kind came. */
  asks(path: string): number {
    return this.engine.requests.filter((request) => request.includes(path)).length;
  }

  /** As made when the engine told of the container's creation. */
  announced({ id }: EmbeddedContainer): AnnouncedConnection {
    const announced = new Announced(this.#client, this.signal);
    announced.created(id);
    const connection = announced.take(id);
    if (connection === undefined) throw new Error('announcing a container: it is not attached to');
    return connection;
  }

  /** Resolves once it is attached to, and it is known that it does not run yet. */
  async attachedTo(container: EmbeddedContainer): Promise<void> {
    const isLast = (request = '') => /\/containers\/[^/]+\/json/.test(request);
    await until(() => isLast(this.engine.requests.at(-1)) && container.attachments.count === 1);
    // A start takes its time, and nobody is attached to before it is over.
    await this.clock.advance(100);
  }

  abort(): void {
    this.#stopping.abort(new Error('stopping'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort();
    await this.engine.close();
  }

  #idOf(name: string): string {
    const { id } = this.#names.get(name) ?? { id: name };
    return id;
  }

  readonly #names = new Map<string, { readonly id: string }>();

  /** A container of the engine. */
  container(...[options]: Parameters<EmbeddedEngine['container']>) {
    const made = this.engine.container(options);
    this.#names.set(options.name, made);
    return made;
  }

  #now(): string {
    return timeOfNanos(BigInt(Math.round(this.clock.now() * 1_000)) * 1_000n);
  }
}
