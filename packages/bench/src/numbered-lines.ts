const marker = 'seq=';
const digits = 9;
const newline = 0x0a;
/** Of each line, with its end. */
export const lineBytes = 120;

/** As {@link printingAndEnding}, and stays, so that more can be printed by {@link printingOne}. */
export function printingFrom0(count: number, linesPerSecond?: number): string {
  return `${printingAndEnding(count, linesPerSecond)}; exec sleep 3600`;
}

/**
 * A shell command that prints the lines 0 to COUNT - 1, 120 bytes each: as fast as it can, or hardly so many a
 * second, in ten bursts.
 */
export function printingAndEnding(count: number, linesPerSecond?: number): string {
  const padding = lineBytes - marker.length - digits - ' \n'.length;
  const burst = Math.max(1, Math.round((linesPerSecond ?? 0) / 10));
  const rest = `if (i % ${burst} == ${burst - 1}) { fflush(); system("usleep 100000") }`;
  const print = `printf "${marker}%0${digits}d %s\\n", i, x`;
  const step = linesPerSecond === undefined ? print : `${print}; ${rest}`;
  const program = `BEGIN { x = sprintf("%${padding}s", ""); gsub(/ /, "x", x); for (i = 0; i < ${count}; i++) { ${step} } }`;
  return `awk '${program}'`;
}

/** A shell command that prints COUNT lines from a first on, one a second. */
export function printingSlowly(first: number, count: number): string {
  const number = `$(printf %0${digits}d $i)`;
  return `i=${first}; while [ $i -lt ${first + count} ]; do echo ${marker}${number}; sleep 1; i=$((i+1)); done`;
}

/** A shell command that makes a running container print one line more. */
export function printingOne(number: number): string {
  // The pipe of the first process: what is written there is in the container's log.
  return `echo ${lineStart(number)} > /proc/1/fd/1`;
}

/** What the line of this number begins with. */
export function lineStart(number: number): string {
  return `${marker}${String(number).padStart(digits, '0')}`;
}

/** Finds the numbers of lines in a stream of bytes, whatever stands around them. A line without its end is none. */
export class NumberFinder {
  #rest: Buffer = Buffer.alloc(0);
  readonly #found: (number: number) => void;

  constructor(found: (number: number) => void) {
    this.#found = found;
  }

  take(bytes: Buffer): void {
    const joined = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const end = joined.lastIndexOf(newline) + 1;
    const lines = joined.subarray(0, end);
    for (let at = lines.indexOf(marker); at !== -1; at = lines.indexOf(marker, at)) {
      at += marker.length;
      this.#found(numberAt(lines, at));
      at += digits;
    }
    this.#rest = joined.subarray(end);
  }
}

function numberAt(bytes: Buffer, start: number): number {
  let number = 0;
  for (let at = start; at < start + digits; at++) number = number * 10 + (bytes[at] ?? 0) - 0x30;
  return number;
}
