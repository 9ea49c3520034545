import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { linesOfRun, parseLine, type Stream, type WriterPace } from '../printed-line.ts';

/** What one container printed, as far as its engine knows. */
export interface Printed {
  readonly containerId: string;
  readonly writer: number;
  /** `removed`: with `--rm`, so that what was printed is known from the writer's rule alone. */
  readonly kind: 'kept' | 'removed';
  /** By stream and run: 1 at each number that was printed. */
  readonly runs: ReadonlyMap<string, Uint8Array>;
  /** Texts that are no whole line: cut by the end of the writer or of the engine. By `STREAM TEXT`, how often. */
  readonly fragments: ReadonlyMap<string, number>;
  /** Lines and fragments in all. */
  readonly total: number;
  /** Numbers left out between others: printed, and lost by the engine. */
  readonly lostByEngine: number;
  /** Entries of the log that are no JSON. */
  readonly damaged: number;
}

/** The key of a run in {@link Printed.runs}. */
export function runKey(stream: Stream, run: number): string {
  return `${stream} ${run}`;
}

/** One line that the engine's log comes to. */
export interface LoggedLine {
  readonly stream: Stream;
  readonly time: string;
  readonly text: string;
}

/** Reads what a container printed from its json-file log and the rotated files beside it. */
export function printedBy(containerId: string, writer: number, logPath: string): Printed {
  const book = new Book();
  for (const line of loggedLines(logFiles(logPath), () => book.damaged++))
    book.add(line.stream, line.text);
  return { containerId, writer, kind: 'kept', ...book.closed() };
}

/** What a container printed that ended by itself and whose log went with it. */
export function printedByRule(containerId: string, writer: number, pace: WriterPace): Printed {
  const lines = linesOfRun(pace);
  const run = (stream: Stream) => new Uint8Array(lines[stream]).fill(1);
  return {
    containerId,
    writer,
    kind: 'removed',
    runs: new Map([
      [runKey('stdout', 1), run('stdout')],
      [runKey('stderr', 1), run('stderr')],
    ]),
    fragments: new Map(),
    total: lines.stdout + lines.stderr,
    lostByEngine: 0,
    damaged: 0,
  };
}

/** A log's texts, the oldest first: the engine shifts `PATH` to `PATH.1`, and that to `PATH.2`. */
export function* logFiles(path: string): Generator<string> {
  const name = basename(path);
  const rotated = readdirSync(dirname(path))
    .filter((file) => file.startsWith(`${name}.`))
    .map((file) => Number(file.slice(name.length + 1)))
    .sort((a, b) => b - a);
  for (const number of rotated)
    yield readFileSync(join(dirname(path), `${name}.${number}`), 'utf8');
  yield readFileSync(path, 'utf8');
}

/**
 * The lines that json-file texts come to, in the order in which they end. The engine cuts at 16 KiB into pieces of
 * equal time; a new time ends a line also where there was no newline (moby daemon/logger/copier.go).
 */
export function* loggedLines(
  files: Iterable<string>,
  damaged: () => void = () => {},
): Generator<LoggedLine> {
  const open = new Map<Stream, LoggedLine>();
  for (const file of files)
    for (let at = 0; at < file.length; ) {
      const newline = file.indexOf('\n', at);
      const end = newline === -1 ? file.length : newline;
      const entry = entryIn(file.slice(at, end));
      at = end + 1;
      if (entry === undefined) {
        damaged();
        continue;
      }
      const before = open.get(entry.stream);
      if (before !== undefined && before.time !== entry.time) yield before;
      const text = (before?.time === entry.time ? before.text : '') + entry.text;
      open.delete(entry.stream);
      if (text.endsWith('\n')) yield { ...entry, text: text.slice(0, -1) };
      else open.set(entry.stream, { ...entry, text });
    }
  yield* open.values();
}

function entryIn(json: string): LoggedLine | undefined {
  try {
    const { log = '', stream, time } = JSON.parse(json);
    const isEntry = (stream === 'stdout' || stream === 'stderr') && typeof log === 'string';
    return isEntry ? { stream, time: String(time), text: log } : undefined;
  } catch {
    return undefined;
  }
}

class Book {
  damaged = 0;
  #total = 0;
  readonly #runs = new Map<string, number[]>();
  readonly #fragments = new Map<string, number>();

  add(stream: Stream, text: string): void {
    this.#total++;
    const name = parseLine(text);
    if (name === undefined || name.stream !== stream) {
      const key = `${stream} ${text}`;
      this.#fragments.set(key, (this.#fragments.get(key) ?? 0) + 1);
      return;
    }
    const key = runKey(stream, name.run);
    const numbers = this.#runs.get(key);
    if (numbers === undefined) this.#runs.set(key, [name.number]);
    else numbers.push(name.number);
  }

  closed() {
    let lostByEngine = 0;
    const runs = new Map<string, Uint8Array>();
    for (const [key, numbers] of this.#runs) {
      const present = new Uint8Array(
        numbers.reduce((most, number) => Math.max(most, number), -1) + 1,
      );
      for (const number of numbers) present[number] = 1;
      lostByEngine += present.length - new Set(numbers).size;
      runs.set(key, present);
    }
    const { damaged } = this;
    return { runs, fragments: this.#fragments, total: this.#total, lostByEngine, damaged };
  }
}
