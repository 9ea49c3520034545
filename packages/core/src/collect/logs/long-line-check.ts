import { isSameLine, type LineTime } from '../../decode/log-decoder.ts';
import { EngineError } from '../engine.ts';
import type { Probe } from './probe.ts';

/** The engine that follows a log has sent a piece of a long line twice. */
export class RepeatedPieceError extends Error {
  override readonly name = 'RepeatedPieceError';
}

// Some programs do print the same 16 KiB over and over.
const mostFalseAlarms = 3;
// The engine may go back in the midst of a line once more.
const mostRefusals = 3;

/**
 * Sees to it that a long line comes as it was printed. Docker 20.10 sometimes begins the log's new file anew where a
 * log is rotated in the midst of a line while it is followed, and sends the pieces in there twice. All pieces
 * carry the line's time, so that only the log itself tells: read once more, and not followed.
 */
export class LongLineCheck {
  readonly #probe: Probe;
  readonly #maxLineBytes: number;
  #isOn = false;
  #doubtful: LineTime[] = [];
  /** Known to be as it came. */
  #settled: LineTime | undefined;
  #falseAlarms = 0;
  /** Found to be another in the log, so often in a row. */
  #refused: LineTime | undefined;
  #refusals = 0;
  #isThere: () => boolean = () => true;

  constructor(probe: Probe, maxLineBytes: number) {
    this.#probe = probe;
    this.#maxLineBytes = maxLineBytes;
  }

  /** For a connection of an engine that follows the log. `isThere`: whether the log can be opened again. */
  begin(isThere: () => boolean): void {
    this.#isOn = true;
    this.#isThere = isThere;
  }

  end(): void {
    this.#isOn = false;
    this.#doubtful = [];
  }

  /** To be called with a line that has a piece twice. */
  readonly doubt = (line: LineTime): void => {
    if (!this.#isOn || this.#falseAlarms >= mostFalseAlarms) return;
    if (!isSameLine(line, this.#settled) && !isSameLine(line, this.#doubtful.at(-1)))
      this.#doubtful.push(line);
  };

  /**
   * Nothing where there is no doubt. Rejects with {@link RepeatedPieceError} where a line is another in the log, and
   * as the engine does where that cannot be found out now.
   */
  check(signal: AbortSignal): Promise<void> | undefined {
    return this.#doubtful.length === 0 ? undefined : this.#checkAll(signal);
  }

  async #checkAll(signal: AbortSignal): Promise<void> {
    for (const line of this.#doubtful) {
      if (await this.#isOtherInLog(line, signal)) this.#refuse(line);
      this.#falseAlarms++;
      this.#settled = line;
    }
    this.#doubtful = [];
  }

  /** Returns where there is no other way than to take the line as it came. */
  #refuse(line: LineTime): void {
    this.#refusals = isSameLine(line, this.#refused) ? this.#refusals + 1 : 1;
    this.#refused = line;
    if (this.#refusals > mostRefusals || !this.#isThere()) return;
    throw new RepeatedPieceError(
      `following a log: the engine sent a piece of the line of ${line.time} twice`,
    );
  }

  async #isOtherInLog(line: LineTime, signal: AbortSignal): Promise<boolean> {
    try {
      return (await this.#probe.hasPieceTwice(line, this.#maxLineBytes, signal)) === false;
    } catch (error) {
      // What is gone does not come again: it is taken as it came.
      if (error instanceof EngineError && error.kind === 'gone') return false;
      this.#falseAlarms++;
      throw error;
    }
  }
}
