import { Attention, type AttentionSettings, type Notice } from './attention.ts';
import type { Take } from './blocks.ts';
import { blockBytes, handOver, readingNow, segmentBlocks } from './blocks.ts';
import { closeAll, type Segment } from './chain.ts';
import type { Descriptors } from './descriptors.ts';
import { inodeAt, type OpenLogFile } from './open-file.ts';
import { Successor } from './successor.ts';

/** The file is not the one that was read: it became shorter, or rotated so often that nobody knows what came between. */
export class MovedLogError extends Error {
  override readonly name = 'MovedLogError';
}

export interface FollowerSettings extends AttentionSettings {
  readonly descriptors: Descriptors;
  /** Whether the run of the container is over, and with it what is written. */
  readonly isOver: () => boolean;
}

const scratch = Buffer.allocUnsafeSlow(blockBytes);

/** Reads what is written to a log file, and to those that take its place, until the container's run is over. */
export class LogFollower {
  readonly #path: string;
  readonly #settings: FollowerSettings;
  readonly #successor: Successor;
  #file: OpenLogFile;
  #offset: number;
  readonly #attention: Attention;
  /** Since all was read that was there. */
  #bytesRead = 0;
  /** As the signal says, which takes longer to be asked. */
  #isAborted = false;
  #isChanged = false;
  #mayBeRotated = true;
  #isDue = false;
  #resume: (() => void) | undefined;

  /** Closes the file at the end. */
  constructor(path: string, file: OpenLogFile, offset: number, settings: FollowerSettings) {
    this.#path = path;
    this.#file = file;
    this.#offset = offset;
    this.#settings = settings;
    this.#successor = new Successor(path, settings.descriptors);
    this.#attention = new Attention(path, settings, (notice) => this.#noticed(notice));
  }

  /** Something may have changed: the file, or the state of its container. */
  touch(): void {
    this.#isChanged = true;
    this.#takeTurn();
  }

  #takeTurn(): void {
    if (this.#resume === undefined || this.#isDue) return;
    this.#isDue = true;
    this.#settings.turns.await(() => {
      this.#isDue = false;
      this.#resume?.();
    });
  }

  /** Resolves when the run is over and all is read. Rejects with a {@link MovedLogError}, as reading does, or with the signal's reason. */
  async pump(take: Take, signal: AbortSignal): Promise<void> {
    this.#isAborted = signal.aborted;
    const onAbort = () => {
      this.#isAborted = true;
      this.#resume?.();
    };
    signal.addEventListener('abort', onAbort);
    try {
      this.#attention.begin();
      if (this.#attention.isTold) this.#successor.watched(this.#file);
      await this.#readOn(take, signal);
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#attention.end();
      await this.#successor.close();
      await this.#file.close();
    }
  }

  async #readOn(take: Take, signal: AbortSignal): Promise<void> {
    for (let isLast = false; ; ) {
      if (this.#isAborted) signal.throwIfAborted();
      this.#isChanged = false;
      if (await this.#readAll(take, signal)) isLast = false;
      if (await this.#moveOn(take, signal)) continue;
      if (isLast) return;
      // The engine closes the log before it tells of the end: what is there now is all.
      isLast = this.#settings.isOver();
      if (isLast) this.#mayBeRotated = true;
      else await this.#changed();
    }
  }

  /** To be called when all is read that is there. */
  #hasCaughtUp(): void {
    const bytes = this.#bytesRead;
    this.#bytesRead = 0;
    const how = this.#attention.wasRead(bytes);
    if (how === 'as before') return;
    if (how === 'polled from now on') this.#successor.unwatched();
    else this.#successor.watched(this.#file);
    // Nobody told of what happened in between.
    this.#noticed('suspect');
  }

  /** Hands over what is there; whether it was anything. */
  async #readAll(take: Take, signal: AbortSignal): Promise<boolean> {
    for (let hasRead = false; ; hasRead = true) {
      const length = this.#read();
      if (length === 0) return hasRead;
      this.#offset += length;
      this.#bytesRead += length;
      const wait = take(scratch.subarray(0, length));
      if (wait !== undefined) await wait;
      if (this.#isAborted) signal.throwIfAborted();
      // That was all: what is written from now on is told of, or found by the next heartbeat.
      if (length < scratch.length) return true;
      // Others have their turn before the next block.
      await nextTurn();
    }
  }

  /** Fills the shared block; says with how many bytes. */
  #read(): number {
    const length = readingNow(this.#path, () => this.#file.readNow(scratch, this.#offset));
    if (length === 0 && this.#file.size() < this.#offset)
      throw new MovedLogError(`following ${this.#path}: it became shorter`);
    return length;
  }

  /** Goes on with the file that took this one's place, where one did; this one is then read to its end. */
  async #moveOn(take: Take, signal: AbortSignal): Promise<boolean> {
    if (!this.#mayBeRotated) return false;
    this.#mayBeRotated = false;
    const there = inodeAt(this.#path);
    if (there === this.#file.inode) return false;
    // The container is removed; what is open is read.
    if (there === undefined && !(await this.#successor.holds(this.#file))) return false;
    if (this.#file.size() > this.#offset) {
      this.#mayBeRotated = true;
      return true;
    }
    const behind = await this.#successor.of(this.#file);
    if (behind === undefined)
      throw new MovedLogError(`following ${this.#path}: it was rotated more than once`);
    await this.#goTo(behind, take, signal);
    return true;
  }

  /** Hands over what older files hold, and stands at the beginning of the last one. */
  async #goTo(behind: readonly Segment[], take: Take, signal: AbortSignal): Promise<void> {
    const last = behind.at(-1)?.file.retain() ?? this.#file;
    try {
      for (const segment of behind.slice(0, -1))
        await handOver(segmentBlocks(segment), take, signal);
    } catch (error) {
      await last.close();
      throw error;
    } finally {
      await closeAll(behind);
    }
    await this.#file.close();
    this.#file = last;
    this.#offset = 0;
    this.#mayBeRotated = true;
  }

  #noticed(notice: Notice): void {
    const mayBeRotated = notice !== 'changed' && notice !== 'polled';
    if (mayBeRotated) this.#mayBeRotated = true;
    if (notice === 'renamed') this.#successor.renamed();
    // A file that is held is not lost, however long reading stands still.
    if (notice === 'renamed' || (mayBeRotated && !this.#attention.isTold))
      void this.#successor.hold(this.#file);
    if (notice === 'polled' || notice === 'polled suspect') {
      this.#isChanged = true;
      this.#resume?.();
    } else this.touch();
  }

  async #changed(): Promise<void> {
    this.#hasCaughtUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resume = resolve;
    if (this.#isChanged) this.#takeTurn();
    await promise;
    this.#resume = undefined;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
