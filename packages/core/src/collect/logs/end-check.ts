import type { DecodedChunk, LogDecoder } from '../../decode/log-decoder.ts';
import { PositionLostError } from '../../decode/resume.ts';
import { earlier } from '../../decode/timestamp.ts';
import { weightOfAll } from '../../decode/weight.ts';

/** The log has a place that the engine cannot read over: what stands behind it did not come. */
export class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError';
}

/** The log was rotated while it was opened to be followed: a whole file of it did not come. */
export class MissedFileError extends Error {
  override readonly name = 'MissedFileError';

  /** `time`: of an entry that did not come. */
  constructor(time: string) {
    super(`following a log: its entry of ${time} did not come, a file may have been missed`);
  }
}

/** What can be done where a connection that follows a log does not bring all of it. */
export interface Recourse {
  /** Whether the log can be opened again: what this connection brings of one that is removed is all there will be. */
  readonly isThere: () => boolean;
  /** Whether a file that is full is kept for a while: it can be read by another connection, too. */
  readonly keepsFullFiles: boolean;
  /** Told that lines may be missing. */
  readonly missed: () => void;
}

// Lines of the two streams are up to milliseconds out of order; what a busy log prints in the meantime is kept.
const disorderMs = 1_000;
const keptBytes = 1024 * 1024;

/**
 * Sees to it that a connection brings what is known to be in the log, before anything younger is handed on: the
 * engine skips what stands behind a damaged place without a word, and goes on with what is printed next.
 */
export class EndCheck {
  readonly #decoder: LogDecoder;
  readonly #recourse: Recourse;
  #latest = '';
  #expected = '';
  #isLive = false;
  #kept: DecodedChunk[] = [];
  #bytes = 0;

  /**
   * `expected`: the time of the log's last entry; empty where nothing is known of it.
   */
  constructor(decoder: LogDecoder, expected: string, recourse: Recourse) {
    this.#decoder = decoder;
    this.#recourse = recourse;
    this.#expect(expected);
  }

  /** What to say where the log's last entry does not come. */
  get failure(): Error {
    if (this.#isLive) return new MissedFileError(this.#expected);
    const what = this.#expected === '' ? 'what it ends with' : `its entry of ${this.#expected}`;
    return new DamagedLogError(`reading a log: ${what} did not come, a place before it is damaged`);
  }

  /** `newest`: the time of the log's last entry while it is followed already; empty where it is not known. */
  expectLive(newest: string): void {
    if (newest === '') return;
    this.#isLive = true;
    this.#expect(newest);
    this.#decoder.expect(newest);
  }

  /** What may be handed on. Throws {@link DamagedLogError}, {@link MissedFileError} or `PositionLostError`. */
  pass(chunks: readonly DecodedChunk[]): readonly DecodedChunk[] {
    const { newestTime, hasSeenExpected, isComplete } = this.#decoder;
    if (hasSeenExpected) this.#checkKnownLine();
    if (hasSeenExpected || isComplete) return this.#withKept(chunks);
    if (newestTime <= this.#expected) return chunks;
    for (const { records } of chunks) this.#bytes += weightOfAll(records);
    this.#kept.push(...chunks);
    if (newestTime <= this.#latest && this.#bytes <= keptBytes) return [];
    this.#fail();
    return this.#withKept([]);
  }

  /** To be called at the connection's proper end. Throws {@link DamagedLogError} or {@link MissedFileError}. */
  end(): void {
    if (this.#decoder.hasSeenExpected || this.#decoder.isComplete) return;
    // When a container stops, its very last lines need not come.
    if (!this.#isLive || this.#kept.length > 0) this.#fail();
  }

  #expect(time: string): void {
    this.#expected = time;
    this.#latest = time === '' ? '' : earlier(time, -disorderMs);
  }

  /** The known line stands before the last entry: it is not among those that came, or not there any more. */
  #checkKnownLine(): void {
    const { hasResumed, isComplete, isMidLine } = this.#decoder;
    if (this.#expected === '' || hasResumed || isComplete || isMidLine) return;
    throw new PositionLostError(
      `resuming a log: its last entry, of ${this.#expected}, came without the line to go on after`,
    );
  }

  #withKept(chunks: readonly DecodedChunk[]): readonly DecodedChunk[] {
    if (this.#kept.length === 0) return chunks;
    const all = [...this.#kept, ...chunks];
    this.#kept = [];
    this.#bytes = 0;
    return all;
  }

  /** Returns where no other connection brings what this one does not. */
  #fail(): void {
    const { isThere, keepsFullFiles, missed } = this.#recourse;
    if (!this.#isLive || (isThere() && keepsFullFiles)) throw this.failure;
    if (isThere()) missed();
    this.#decoder.expectNothing();
  }
}
