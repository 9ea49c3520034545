import type { ByteSource, Engine } from '../engine.ts';

/** A connection to a container that was announced; nothing where the engine refused it. */
export interface AnnouncedConnection {
  readonly source: Promise<ByteSource | undefined>;
  close(): void;
}

// Until the engine has said what the container is: some milliseconds, or as long as its start takes.
const mostOpen = 256;

/**
 * Attaches to containers in the moment in which the engine tells of their creation, before it is asked what they
 * are: a start that begins meanwhile holds up every other question until the container runs, and one that
 * prints and exits is gone by then. Nothing is read here: what comes waits in the engine (up to a megabyte).
 */
export class Announced {
  readonly #engine: Pick<Engine, 'attach'>;
  readonly #signal: AbortSignal;
  readonly #open = new Map<string, AnnouncedConnection>();

  constructor(engine: Pick<Engine, 'attach'>, signal: AbortSignal) {
    this.#engine = engine;
    this.#signal = signal;
  }

  /** To be followed by `take` or `drop` as soon as it is known what the container is, or that it is gone. */
  created(id: string): void {
    if (this.#open.size >= mostOpen || this.#open.has(id)) return;
    const closing = new AbortController();
    const either = AbortSignal.any([this.#signal, closing.signal]);
    this.#open.set(id, {
      source: this.#engine.attach(id, { backlog: true }, either).catch(() => undefined),
      close: () => closing.abort(new Error('the connection is not needed')),
    });
  }

  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  /** The connection, for its reader; once. */
  take(id: string): AnnouncedConnection | undefined {
    const connection = this.#open.get(id);
    this.#open.delete(id);
    return connection;
  }

  drop(id: string): void {
    this.take(id)?.close();
  }
}
