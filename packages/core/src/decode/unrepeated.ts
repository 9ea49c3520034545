import { isSameInstant } from './instant.ts';
import type { Line } from './lines.ts';
import { RecentLines } from './repeats.ts';

/** Hands on each line of one stream once, where the engine sends some of them twice on one connection. */
export class Unrepeated {
  readonly #pass: (line: Line) => void;
  readonly #recent = new RecentLines();
  /** A line that broke off where older ones came: whether it ended there is seen by what comes next. */
  #broken: Line | undefined;
  /** How many came again. */
  repeats = 0;

  constructor(pass: (line: Line) => void) {
    this.#pass = pass;
  }

  /** Whether a line is held back. */
  get isHolding(): boolean {
    return this.#broken !== undefined;
  }

  readonly take = (line: Line): void => {
    if (this.#isRepeat(line)) return;
    // Here it is whole: the engine had gone back in the midst of it.
    if (this.#broken !== undefined && isSameLine(this.#broken, line)) this.#broken = undefined;
    this.end();
    this.#pass(line);
  };

  /** To be called with a line that older ones cut short; with bytes of its own. */
  readonly takeBroken = (line: Line): void => {
    this.end();
    this.#broken = line;
  };

  /** The line that is held back ended where it broke off. */
  end(): void {
    const broken = this.#broken;
    this.#broken = undefined;
    if (broken !== undefined && !this.#isRepeat(broken)) this.#pass(broken);
  }

  /** As {@link RecentLines.rest}. */
  rest(): void {
    this.#recent.rest();
  }

  #isRepeat(line: Line): boolean {
    const isRepeat = this.#recent.isRepeated(line);
    if (isRepeat) this.repeats++;
    return isRepeat;
  }
}

function isSameLine(one: Line, other: Line): boolean {
  return isSameInstant(one, other) && one.ordinal === other.ordinal;
}
