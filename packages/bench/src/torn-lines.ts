const longEvery = 40;
const [shortNumbers, longNumbers] = [12, 7_000];
/** What is printed before each pause. */
const block = 400;
/** There once all is printed. */
const endFile = '/printed';

/** A shell command: whether {@link printingTornLines} has printed all, as its exit code, 0 or 1. */
export const hasPrintedTornLines = `test -e ${endFile}`;

/**
 * A shell command that prints the lines 0 to COUNT - 1, one in forty of about 41,000 bytes, which the engine cuts
 * into three pieces; a block of half a megabyte after each pause. Then it stays.
 */
export function printingTornLines(count: number, pauseMs: number): string {
  const program = `BEGIN {
    for (n = 0; n < ${count}; n++) {
      printf "%d:", n
      numbers = n % ${longEvery} == ${longEvery - 1} ? ${longNumbers} : ${shortNumbers}
      for (i = 0; i < numbers; i++) printf " %d", n + i
      printf "\\n"
      if (n % ${block} == ${block - 1}) { fflush(); system("usleep ${pauseMs * 1_000}") }
    }
  }`;
  return `awk '${program}'; touch ${endFile}; exec sleep 3600`;
}

/** How many lines are printed in so many seconds, were printing itself no work. */
export function linesIn(seconds: number, pauseMs: number): number {
  return Math.round((seconds * 1_000) / pauseMs) * block;
}

/** Counts what came of the lines of one container. */
export class TornLineCount {
  readonly #seen: Uint8Array;
  /** Different ones that came whole. */
  distinct = 0;
  /** Such that had come before. */
  repeated = 0;
  /** The most of them in a row. */
  mostAtOnce = 0;
  /** What came and was never printed so. */
  other = 0;
  #inARow = 0;

  constructor(lines: number) {
    this.#seen = new Uint8Array(lines);
  }

  take(text: string): void {
    const number = Number(/^(\d{1,9}):/.exec(text)?.[1] ?? -1);
    if (text !== lineOf(number)) this.other++;
    else if (this.#seen[number] === 1) this.#again();
    else {
      this.#seen[number] = 1;
      this.distinct++;
      this.#inARow = 0;
    }
  }

  #again(): void {
    this.repeated++;
    this.#inARow++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#inARow);
  }
}

function lineOf(number: number): string {
  const numbers = number % longEvery === longEvery - 1 ? longNumbers : shortNumbers;
  let text = `${number}:`;
  for (let at = 0; at < numbers; at++) text += ` ${number + at}`;
  return text;
}
