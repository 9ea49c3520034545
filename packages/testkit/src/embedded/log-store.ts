import { Bell } from './bell.ts';
import { LogFiles, type Range, type Rotation } from './log-files.ts';

export type OutputStream = 'stdout' | 'stderr';

/** One entry of a container's log, in the log's own order. */
export interface LogEntry {
  readonly stream: OutputStream;
  readonly timeNanos: bigint;
  /** With its newline, except pieces of a long line and an unterminated end. */
  readonly payload: Buffer;
}

/** One run of the container: followers end where it ends. */
interface Run {
  endsAt?: number;
}

/** What a request to read asks for. */
export interface LogWindow {
  readonly sinceNanos?: bigint | undefined;
  readonly untilNanos?: bigint | undefined;
  /** Entries from the end; absent means all. */
  readonly tail?: number | undefined;
  readonly follow: boolean;
}

/** 20.10 compares `since` with every entry; later engines only until the first that passes (moby e278d3f185). */
export type SinceRule = 'every-entry' | 'until-first-match';

/** A container's log as the engine keeps it. Positions count entries from the first ever written. */
export class LogStore {
  readonly #entries: LogEntry[] = [];
  readonly #changed = new Bell();
  readonly #files = new LogFiles();
  readonly #rotation: Rotation | undefined;
  #rotatedAway = 0;
  #run: Run | undefined;
  #again: Range = { start: 0, end: 0 };
  #missed: Range = { start: 0, end: 0 };

  constructor(rotation?: Rotation) {
    this.#rotation = rotation;
  }

  openRun(): void {
    this.#run = {};
  }

  /** Followers end here, or that many entries before where they have not read them yet. */
  closeRun(missingEntries: number): void {
    if (this.#run) this.#run.endsAt = this.#end - missingEntries;
    this.#run = undefined;
    this.#changed.ring();
  }

  append(entry: LogEntry): void {
    if (this.#rotation !== undefined) {
      this.#files.beforeWriting(this.#end, this.#rotation);
      this.#drop(this.#files.oldest - this.#rotatedAway);
    }
    this.#entries.push(entry);
    this.#changed.ring();
  }

  /** Drops all but the newest entries, as rotation does. */
  rotate(keep: number): void {
    this.#drop(Math.max(0, this.#entries.length - keep));
    this.#files.drop(this.#rotatedAway);
  }

  /**
   * NUL bytes in the file, here: a reader that comes from before sees nothing behind them, up to the end of the
   * file, and is told of nothing (moby#53631). One that begins behind them sees all, and so does one that
   * follows, from its opening on.
   */
  damage(): void {
    this.#files.damage(this.#end);
  }

  /**
   * Followers get the last so many entries twice: Docker 20.10 begins a new file anew where a log is rotated
   * while it is followed (moby daemon/logger/loggerutils/logfile.go, followLogs).
   */
  sendAgain(entries: number): void {
    const end = this.#end;
    this.#again = { start: Math.max(this.#rotatedAway, end - entries), end };
    this.#changed.ring();
  }

  /**
   * Present followers never get what is printed by `print`, and go on with what comes next: Docker 20.10 misses a
   * whole file where the log is rotated between its opening and the moment from which it is watched (the same).
   */
  missedByFollowers(print: () => void): void {
    const start = this.#end;
    print();
    this.#missed = { start, end: this.#end };
  }

  /** What a reader sees that comes from the beginning. */
  readable(): readonly LogEntry[] {
    const { start, end } = this.#files.hiddenFrom(this.#rotatedAway) ?? { start: 0, end: 0 };
    return this.#entries.filter((_, index) => {
      const at = this.#rotatedAway + index;
      return at < start || at >= end;
    });
  }

  #drop(entries: number): void {
    this.#entries.splice(0, entries);
    this.#rotatedAway += entries;
  }

  get #end(): number {
    return this.#rotatedAway + this.#entries.length;
  }

  /**
   * The entries of the window, then, where it follows a running container, those to come; ends with the run.
   * Calls `idle` before it waits.
   */
  async *read(
    window: LogWindow,
    rule: SinceRule,
    idle: () => Promise<void>,
    signal: AbortSignal,
  ): AsyncGenerator<LogEntry> {
    const run = window.follow ? this.#run : undefined;
    const passes = sinceFilter(window.sinceNanos, rule);
    const opened = this.#end;
    const from = this.#start(window.tail);
    let at = from;
    const hidden = this.#files.hiddenFrom(from);
    let stopAt = opened;
    let again = this.#again;
    const missedBefore = this.#missed;
    for (;;) {
      for (; at < stopAt && !signal.aborted; at++) {
        const entry = this.#entries[at - this.#rotatedAway];
        const isHidden = at < opened && hidden && at >= hidden.start && at < hidden.end;
        const { start, end } = this.#missed;
        const isMissed = run && missedBefore !== this.#missed && at >= start && at < end;
        if (!entry || isHidden || isMissed) continue;
        if (window.untilNanos !== undefined && entry.timeNanos > window.untilNanos) return;
        if (passes(entry)) yield entry;
      }
      if (!run || signal.aborted) return;
      // A follower that rotation overtook goes on with what is left.
      at = Math.max(at, opened, this.#rotatedAway);
      if (at >= (run.endsAt ?? this.#end)) {
        if (run.endsAt !== undefined) return;
        await idle();
        if (run.endsAt === undefined && at >= this.#end) await this.#changed.rung(signal);
      }
      stopAt = run.endsAt ?? this.#end;
      if (again !== this.#again) {
        if (at >= this.#again.end) ({ start: at } = again = this.#again);
        else stopAt = this.#again.end;
      }
    }
  }

  #start(tail: number | undefined): number {
    return tail === undefined ? this.#rotatedAway : Math.max(this.#rotatedAway, this.#end - tail);
  }
}

function sinceFilter(
  sinceNanos: bigint | undefined,
  rule: SinceRule,
): (entry: LogEntry) => boolean {
  if (sinceNanos === undefined) return () => true;
  let matched = false;
  return (entry) => {
    if (matched && rule === 'until-first-match') return true;
    matched = entry.timeNanos >= sinceNanos;
    return matched;
  };
}
