import { AttachDecoder } from '../../decode/attach-decoder.ts';
import { ReceiptTimes } from '../../decode/attach-times.ts';
import type { ContainerDetails } from '../../decode/inspect.ts';
import type { LogSource, StreamName } from '../../decode/log.ts';
import { earlier } from '../../decode/timestamp.ts';
import { Attempts, type AttemptsSettings } from '../attempts.ts';
import type { AttachQuery, ByteSource, Engine } from '../engine.ts';
import type { AnnouncedConnection } from './announced.ts';
import { Attachment, type TakeAtOnce } from './connection.ts';

export interface AttachSettings extends AttemptsSettings {
  readonly engine: Engine;
  readonly maxLineBytes: number;
  readonly engineNow: () => string;
  /** What records of a stream share at this moment. */
  readonly source: (stream: StreamName) => LogSource;
}

// What was sent before the end is in the socket's buffer, and read within this time on any machine.
const goneGraceMs = 10_000;

/** Attaches to one container, again and again, and asks how it fares. */
export class AttachOpening {
  readonly #container: ContainerDetails;
  readonly #settings: AttachSettings;
  readonly #attempts: Attempts;
  readonly #times = new ReceiptTimes();
  readonly #gone = new AbortController();
  #isGone = false;
  #hasConnected = false;

  constructor(container: ContainerDetails, settings: AttachSettings) {
    this.#container = container;
    this.#settings = settings;
    // Short at its longest: what a container prints before it is attached to is lost.
    this.#attempts = new Attempts(container.id, settings, { firstMs: 100, longestMs: 2_000 });
  }

  /** Whether the engine ever let the container be attached to. */
  get hasConnected(): boolean {
    return this.#hasConnected;
  }

  /** When the last line was received, on the engine's clock; nothing before the first. */
  get receivedAt(): string | undefined {
    return this.#times.last === '' ? undefined : this.#times.last;
  }

  /**
   * The container is no more. An engine never ends a connection to a container that is removed before it
   * starts (20.10 and 28.5): what is open is closed after a while.
   */
  gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#settings.clock.after(goneGraceMs, () =>
      this.#gone.abort(new Error('the container is gone')),
    );
  }

  /** Rejects as {@link Engine.attach} does. */
  async open(query: AttachQuery, take: TakeAtOnce, signal: AbortSignal): Promise<Attachment> {
    const { engine, connected } = this.#settings;
    const { id } = this.#container;
    const closing = new AbortController();
    const either = AbortSignal.any([signal, this.#gone.signal, closing.signal]);
    await connected(either);
    const bytes = await engine.attach(id, query, either);
    return this.#attachmentTo(bytes, take, () =>
      closing.abort(new Error('the connection is not needed any more')),
    );
  }

  /** Reads a connection that is there already; nothing where there is none after all. */
  async adopt(connection: AnnouncedConnection, take: TakeAtOnce): Promise<Attachment | undefined> {
    const bytes = await connection.source;
    if (bytes === undefined) return undefined;
    const close = () => connection.close();
    this.#gone.signal.addEventListener('abort', close, { once: true });
    return this.#attachmentTo(bytes, take, close);
  }

  #attachmentTo(bytes: ByteSource, take: TakeAtOnce, close: () => void): Attachment {
    const { engineNow, maxLineBytes, source } = this.#settings;
    const { tty } = this.#container;
    this.#hasConnected = true;
    return new Attachment(bytes, {
      decoder: new AttachDecoder({
        tty,
        maxLineBytes,
        source,
        times: this.#times,
        now: engineNow,
      }),
      openedAt: engineNow(),
      take: (records) => {
        if (records.length === 0) return;
        this.#attempts.succeeded();
        take(records);
      },
      close,
    });
  }

  /** What the engine says of the container now; nothing where it is gone. */
  refreshed(signal: AbortSignal): Promise<ContainerDetails | undefined> {
    return this.#attempts.refreshed(signal);
  }

  wait(failure: unknown, signal: AbortSignal): Promise<undefined> {
    return this.#attempts.wait(failure, signal);
  }
}

// The engine answers at once, or, if a start has begun, only when that is over; it sets `StartedAt` just before. The
// agent's idea of the engine's clock is off by as long as the engine took to say what time it is.
const lateWithinMs = 1_000;

/** Whether the container may have run already when the connection was opened: what it printed before is missing then. */
export function isLate(container: ContainerDetails, openedAt: string): boolean {
  if (container.startedAt === undefined) return false;
  return container.startedAt <= earlier(openedAt, -lateWithinMs);
}
