import type { ContainerDetails } from '../../decode/inspect.ts';
import { isGone } from '../attempts.ts';
import type { AttachQuery } from '../engine.ts';
import { type GapReason, gapReasons } from '../gap-reasons.ts';
import type { AnnouncedConnection } from './announced.ts';
import type { Attachment, TakeAtOnce } from './connection.ts';
import { Hold } from './hold.ts';
import { AttachOpening, type AttachSettings, isLate } from './opening.ts';

/** Why reading stopped: the container did, it is no more, or its log cannot be read at all. */
export type AttachEnd = 'stopped' | 'gone' | 'not_readable';

/** Reading the same container from the engine's log instead. */
export interface LogReading {
  /** Whether the log was ever opened. */
  readonly hasConnected: boolean;
  /** Whether any line was handed on: an engine may open a log that is being removed, and then say nothing. */
  readonly hasRead: boolean;
  run(signal: AbortSignal): Promise<AttachEnd>;
}

export interface AttachReaderSettings extends AttachSettings {
  /** The agent's start, on the engine's clock. */
  readonly bornAt: string;
  /** Bound on what is kept back until it is known whether the engine's log can be opened. Default 1 MiB. */
  readonly holdBytes?: number;
  /** Hands records on at once; what cannot be taken now is lost and counted there. */
  readonly take: TakeAtOnce;
  /** Told that lines may be missing, or that others may come twice. */
  readonly gap: (reason: GapReason) => void;
  /**
   * Reading the engine's log instead: from a time on its clock, or as with any container seen for the first
   * time. Absent where the log cannot be read: then the container is attached to for all its life.
   */
  readonly readLog?: ReadLog;
  /** Made when the container was announced, for one whose log can be read: it begins with what the log has. */
  readonly announced?: AnnouncedConnection;
}

type ReadLog = (since?: string) => LogReading;

/** Why there is no connection. */
interface Refused {
  readonly failure: unknown;
}

/** A connection whose output is held back until it is known whether it is needed. */
interface Held {
  readonly hold: Hold;
  readonly attachment: Attachment;
  readonly close: () => void;
}

const defaultHoldBytes = 1024 * 1024;
// The engine reads these itself.
const ownDrivers = ['json-file', 'local', 'journald'];

/**
 * Reads what a container prints by attaching to it. Always drained, whatever the lanes do: it holds the line
 * that has begun on each stream and what came in this turn, and nothing else. To be told when the container is
 * {@link AttachReader.gone}.
 *
 * A container whose log can be read is attached to before its first run only. Where that comes too late, the
 * engine's log is read; where that is gone too, what was received meanwhile is all there is.
 */
export class AttachReader {
  readonly #container: ContainerDetails;
  readonly #settings: AttachReaderSettings;
  readonly #opening: AttachOpening;
  #log: LogReading | undefined;
  #readUpTo: string | undefined;
  #announced: AnnouncedConnection | undefined;

  constructor(container: ContainerDetails, settings: AttachReaderSettings) {
    this.#container = container;
    this.#settings = settings;
    this.#announced = settings.announced;
    this.#opening = new AttachOpening(container, settings);
  }

  /** Whether anything of the container could ever be read. */
  get hasConnected(): boolean {
    return this.#opening.hasConnected || (this.#log?.hasConnected ?? false);
  }

  /** The end of the last run that was read to its end. */
  get readUpTo(): string | undefined {
    return this.#readUpTo;
  }

  /** The engine says that the container is no more. */
  gone(): void {
    this.#opening.gone();
  }

  /** Reads until the container stops or is gone. To be called again when it has started again. */
  run(signal: AbortSignal): Promise<AttachEnd> {
    const { readLog } = this.#settings;
    return readLog === undefined ? this.#forLife(signal) : this.#firstRun(readLog, signal);
  }

  /** Also over the container's stops: attached to while it stands, its next run is received from its beginning. */
  async #forLife(signal: AbortSignal): Promise<AttachEnd> {
    const { take, gap, bornAt, directory } = this.#settings;
    const opening = this.#opening;
    let known = directory.get(this.#container.id);
    for (let isAgain = false; ; ) {
      const attachment = await this.#opened({ backlog: false }, take, signal);
      if ('failure' in attachment) {
        if (isGone(await opening.refreshed(signal))) return 'gone';
        await opening.wait(attachment.failure, signal);
        continue;
      }
      const now = await opening.refreshed(signal);
      const isYoung = isAgain || (now?.startedAt ?? '') >= bornAt;
      if (now !== undefined && isLate(now, attachment.openedAt) && now.isRunning && isYoung)
        gap(gapReasons.attached_late());
      isAgain = true;
      const failure = await attachment.ended;
      signal.throwIfAborted();
      take(attachment.rest());
      const after = await opening.refreshed(signal);
      if (isGone(after)) return 'gone';
      // Cut, and not by the end of a run.
      if (after?.finishedAt === known?.finishedAt) await opening.wait(failure, signal);
      known = after;
    }
  }

  async #firstRun(readLog: ReadLog, signal: AbortSignal): Promise<AttachEnd> {
    const { directory } = this.#settings;
    const announced = this.#announced;
    this.#announced = undefined;
    const isStarted = hasStarted(directory.get(this.#container.id));
    if (this.#log !== undefined || (isStarted && announced === undefined))
      return this.#fromLog(readLog, this.#readUpTo, signal);
    // Both are asked for at once: who comes too late has to know what the log had when the start was over.
    const [live, kept] = await Promise.all([
      isStarted ? undefined : this.#held((take) => this.#opened({ backlog: false }, take, signal)),
      this.#kept(announced, signal),
    ]);
    const now = await this.#opening.refreshed(signal);
    const isInTime =
      live !== undefined && now !== undefined && !isLate(now, live.attachment.openedAt);
    if (live !== undefined && (isInTime || live.hold.isNeeded)) {
      kept?.close();
      live.hold.release();
      if (!isInTime) this.#settings.gap(gapReasons.attached_late());
      return this.#toItsEnd(live.attachment, readLog, signal);
    }
    const spare = kept ?? live;
    if (spare !== live) live?.close();
    spare?.hold.besideLog(() => this.#isLogRead());
    const end = await this.#fromLog(readLog, undefined, signal);
    if (end !== 'gone' || spare === undefined || this.#isLogRead() || spare.hold.isNotNeeded) {
      spare?.close();
      return end;
    }
    spare.hold.release();
    return this.#toItsEnd(spare.attachment, readLog, signal);
  }

  /** The connection that begins with what the log has; nothing where it may not be asked for, or is refused. */
  async #kept(
    announced: AnnouncedConnection | undefined,
    signal: AbortSignal,
  ): Promise<Held | undefined> {
    // For other drivers the engine would have to call up where they send to.
    if (!ownDrivers.includes(this.#container.logDriver)) {
      announced?.close();
      return undefined;
    }
    return announced === undefined
      ? this.#held((take) => this.#opened({ backlog: true }, take, signal), 'drop')
      : this.#held((take) => this.#opening.adopt(announced, take), 'drop');
  }

  /** A connection whose output is held back; nothing where the engine refuses: the log's reader will say why. */
  async #held(
    open: (take: TakeAtOnce) => Promise<Attachment | Refused | undefined>,
    // Of two that are full only one may be handed on.
    whenFull: 'release' | 'drop' = 'release',
  ): Promise<Held | undefined> {
    const { take, holdBytes = defaultHoldBytes } = this.#settings;
    const hold = new Hold({ limitBytes: holdBytes, whenFull, take });
    const attachment = await open((records) => {
      hold.add(records);
      if (hold.isNotNeeded && attachment !== undefined && 'close' in attachment) attachment.close();
    });
    if (attachment === undefined || 'failure' in attachment) return undefined;
    const close = () => {
      hold.drop();
      attachment.close();
    };
    return { hold, attachment, close };
  }

  async #toItsEnd(
    attachment: Attachment,
    readLog: ReadLog,
    signal: AbortSignal,
  ): Promise<AttachEnd> {
    const { take, gap } = this.#settings;
    await attachment.ended;
    signal.throwIfAborted();
    const now = await this.#opening.refreshed(signal);
    if (now?.isRunning === true && now.finishedAt === undefined) {
      gap(gapReasons.connection_cut());
      // The line that has begun comes again, whole.
      return this.#fromLog(readLog, this.#opening.receivedAt, signal);
    }
    take(attachment.rest());
    if (isGone(now) || now === undefined) return 'gone';
    if (now.isRunning) return this.#fromLog(readLog, now.finishedAt, signal);
    this.#readUpTo = now.finishedAt;
    return 'stopped';
  }

  #isLogRead(): boolean {
    return this.#log?.hasRead ?? false;
  }

  /** The connection, or why there is none. */
  async #opened(
    query: AttachQuery,
    take: TakeAtOnce,
    signal: AbortSignal,
  ): Promise<Attachment | Refused> {
    try {
      return await this.#opening.open(query, take, signal);
    } catch (failure) {
      signal.throwIfAborted();
      return { failure };
    }
  }

  async #fromLog(
    readLog: ReadLog,
    since: string | undefined,
    signal: AbortSignal,
  ): Promise<AttachEnd> {
    this.#log ??= readLog(since);
    const end = await this.#log.run(signal);
    if (end === 'stopped')
      this.#readUpTo = this.#settings.directory.get(this.#container.id)?.finishedAt;
    return end;
  }
}

function hasStarted(container: ContainerDetails | undefined): boolean {
  return container !== undefined && (container.isRunning || container.startedAt !== undefined);
}
