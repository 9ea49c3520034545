/** Which line of which writer. */
export interface LineName {
  /** The writer's number, see {@link writerCommand}. */
  readonly writer: number;
  /** From 1, one more with every start of the container. */
  readonly run: number;
  readonly stream: Stream;
  /** From 0 within its run and stream. */
  readonly number: number;
}

export type Stream = 'stdout' | 'stderr';

/** How a writer paces its lines. */
export interface WriterPace {
  /** Lines in a block; every twelfth block is a burst of eight times as many. */
  readonly block: number;
  readonly pauseMicros: number;
  /** Ends after so many blocks, a second after its last line. Without: goes on for ever. */
  readonly blocks?: number;
}

const modulus = 2_147_483_647;
const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';
// A prime: no two pieces of 16 KiB of a line are the same.
const [periodBytes, textBytes] = [2_039, 65_536];
// More than two of the engine's pieces of 16 KiB; rare enough that 3,500 lines a second stay a few hundred KiB.
const [longEvery, longBytes] = [2_000, 40 * 1024];
const [burstEvery, burstFactor, errorEvery] = [12, 8, 4];

/**
 * What a writer's container runs. The same arithmetic as {@link lineOf}, in awk: all products stay below 2^53, so
 * that both compute exactly. The container's own file system counts its runs.
 */
export function writerCommand(writer: number, { block, pauseMicros, blocks }: WriterPace): string {
  const program = `
    function line(s, mark, n) {
      h = (n * 7919 + run * 104729 + writer * 1299709 + s * 15485863) % M * 16807 % M
      long = n % ${longEvery} == ${longEvery - 1}
      return "w" writer " r" run " " mark " " n " " substr(text, 1 + h * 16807 % M % ${periodBytes}, long ? ${longBytes} + h % 1000 : 20 + h % 140)
    }
    BEGIN {
      M = ${modulus}; x = writer + 1
      for (i = 0; i < ${periodBytes}; i++) { x = x * 16807 % M; text = text substr("${alphabet}", 1 + x % 64, 1) }
      while (length(text) < ${textBytes}) text = text text
      for (b = 1; ${blocks === undefined ? '' : `b <= ${blocks}`}; b++) {
        lines = ${block} * (b % ${burstEvery} == 0 ? ${burstFactor} : 1)
        for (i = 0; i < lines; i++)
          if (i % ${errorEvery} == ${errorEvery - 1}) print line(2, "e", err++) > "/dev/stderr"
          else print line(1, "o", out++)
        fflush(); fflush("/dev/stderr"); system("usleep ${pauseMicros}")
      }
      system("sleep 1")
    }`;
  return `n=$(cat /runs 2>/dev/null || echo 0); n=$((n+1)); echo $n > /runs; exec awk -v err=0 -v out=0 -v run=$n -v writer=${writer} '${program}'`;
}

/** How many lines a run that ends by itself prints on each stream. */
export function linesOfRun({ block, blocks = 0 }: WriterPace): Readonly<Record<Stream, number>> {
  const printed = { stdout: 0, stderr: 0 };
  for (let at = 1; at <= blocks; at++) {
    const lines = block * (at % burstEvery === 0 ? burstFactor : 1);
    printed.stderr += Math.floor(lines / errorEvery);
    printed.stdout += lines - Math.floor(lines / errorEvery);
  }
  return printed;
}

/** Lines a second of one writer, its burst spread over the blocks. */
export function linesPerSecond({ block, pauseMicros }: WriterPace): number {
  const blocksOf = (burstEvery - 1 + burstFactor) / burstEvery;
  return (block * blocksOf * 1e6) / pauseMicros;
}

/** The line as it is printed, without its ending. */
export function lineOf({ writer, run, stream, number }: LineName): string {
  const [seed, mark] = stream === 'stdout' ? [1, 'o'] : [2, 'e'];
  const mixed = (number * 7919 + run * 104729 + writer * 1299709 + seed * 15485863) % modulus;
  const hash = (mixed * 16807) % modulus;
  const at = ((hash * 16807) % modulus) % periodBytes;
  const isLong = number % longEvery === longEvery - 1;
  const length = isLong ? longBytes + (hash % 1000) : 20 + (hash % 140);
  return `w${writer} r${run} ${mark} ${number} ${textOf(writer).slice(at, at + length)}`;
}

const form = /^w(\d{1,6}) r(\d{1,6}) ([oe]) (\d{1,9}) /;

/** Which line a text is; undefined where it is none, or differs from it in a single byte. */
export function parseLine(text: string): LineName | undefined {
  const name = claimedBy(text);
  return name !== undefined && lineOf(name) === text ? name : undefined;
}

/** For messages: in what a text differs from the line that it claims to be; nothing where it claims to be none. */
export function differenceOf(text: string): string | undefined {
  const name = claimedBy(text);
  if (name === undefined) return undefined;
  const line = lineOf(name);
  let same = 0;
  while (same < text.length && text[same] === line[same]) same++;
  return `${text.length} characters instead of ${line.length}, other ones from ${same} on: ${text.slice(same, same + 40)}`;
}

function claimedBy(text: string): LineName | undefined {
  const [, writer, run, mark, number] = form.exec(text) ?? [];
  if (mark === undefined) return undefined;
  const stream = mark === 'o' ? 'stdout' : 'stderr';
  return { writer: Number(writer), run: Number(run), stream, number: Number(number) };
}

const texts = new Map<number, string>();

function textOf(writer: number): string {
  const known = texts.get(writer);
  if (known !== undefined) return known;
  let [x, text] = [writer + 1, ''];
  for (let at = 0; at < periodBytes; at++) {
    x = (x * 16807) % modulus;
    text += alphabet[x % 64];
  }
  text = text.repeat(Math.ceil(textBytes / periodBytes));
  texts.set(writer, text);
  return text;
}
