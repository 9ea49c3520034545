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
    if (this.#recent.isRepeated(line)) {
      this.repeats++;
      return;
    }
    const broken = this.#broken;
    this.#broken = undefined;
    // Here it is whole: the engine had gone back in the midst of it.
    if (broken !== undefined && !isSameLine(broken, line)) this.#passBroken(broken);
    this.#pass(line);
  };

  /** To be called with a line that older ones cut short; with bytes of its own. */
  readonly takeBroken = (line: Line): void => {
    this.end();
    this.#broken = line;
  };

  /** Nothing more comes. */
  end(): void {
    if (this.#broken !== undefined) this.#passBroken(this.#broken);
    this.#broken = undefined;
  }

  /** As {@link RecentLines.rest}. */
  rest(): void {
    this.#recent.rest();
  }

  #passBroken(line: Line): void {
    if (this.#recent.isRepeated(line)) this.repeats++;
    else this.#pass(line);
  }
}

function isSameLine(one: Line, other: Line): boolean {
  return (
    one.seconds === other.seconds && one.nanos === other.nanos && one.ordinal === other.ordinal
  );
}
