import { differenceOf, type LineName, type Stream } from '../printed-line.ts';
import { type Printed, runKey } from './printed.ts';
import { type ReceivedLedger, type ReceivedRun, titleOf } from './received.ts';

/** Lines that follow each other, or the text of a fragment, of one container. */
export type Lost =
  | ({ readonly containerId: string; readonly lastNumber: number } & LineName)
  | { readonly containerId: string; readonly stream: string; readonly fragment: string };

/** What one sink's receiver got against what was printed. Counts are lines and fragments. */
export interface SinkVerdict {
  readonly printed: number;
  /** Each line once. */
  readonly received: number;
  readonly missing: number;
  /** The first stretches of them. */
  readonly missingLines: readonly Lost[];
  /** Missing of containers whose log was gone before it could be read for this sink. */
  readonly unread: number;
  /** Sound lines that nobody printed, or another container. */
  readonly spurious: number;
  /** Texts that differ from what was printed. */
  readonly corrupted: number;
  readonly disordered: number;
  readonly renamed: number;
  /** Receipts beyond the first. */
  readonly duplicates: number;
  /** Of the spurious, corrupted and disordered: some, in words. */
  readonly examples: readonly string[];
}

const mostExamples = 20;

/** Compares; `isExcused` says of which removed containers lines may be missing. */
export function verdictOf(
  printed: readonly Printed[],
  ledger: ReceivedLedger,
  isExcused: (containerId: string) => boolean = () => false,
): SinkVerdict {
  const comparison = new Comparison(ledger);
  for (const each of printed) comparison.add(each, isExcused(each.containerId));
  return comparison.closed();
}

class Comparison {
  readonly #ledger: ReceivedLedger;
  readonly #runs = new Map<string, ReceivedRun>();
  readonly #fragments = new Map<string, number>();
  readonly #missing: Lost[] = [];
  readonly #examples: string[] = [];
  #printed = 0;
  #received = 0;
  #missed = 0;
  #unread = 0;
  #spurious = 0;

  constructor(ledger: ReceivedLedger) {
    this.#ledger = ledger;
    for (const run of ledger.runs) this.#runs.set(receivedKey(run), run);
    for (const { containerId, stream, text } of ledger.fragments) {
      const key = `${containerId} ${stream} ${text}`;
      this.#fragments.set(key, (this.#fragments.get(key) ?? 0) + 1);
    }
  }

  add(printed: Printed, isExcused: boolean): void {
    this.#printed += printed.total;
    for (const [key, present] of printed.runs) {
      const received = this.#runs.get(`${printed.containerId} ${printed.writer} ${key}`);
      const [stream = '', run = ''] = key.split(' ');
      const name = { writer: printed.writer, run: Number(run), stream: streamOf(stream) };
      this.#addRun({ ...name, containerId: printed.containerId }, present, received, isExcused);
      if (received) this.#runs.delete(receivedKey(received));
    }
    for (const [key, times] of printed.fragments)
      this.#addFragment(printed.containerId, key, times, isExcused);
  }

  closed(): SinkVerdict {
    // Whatever is left was received, and printed by nobody.
    for (const run of this.#runs.values())
      run.counts.forEach((count, number) => {
        if (count > 0) this.#addSpurious({ ...run, number });
      });
    let corrupted = this.#ledger.unreadable;
    for (const [key, times] of this.#fragments) {
      corrupted += times;
      if (times > 0) this.#example(corruptedText(key));
    }
    for (const text of this.#ledger.unread) this.#example(`no record: ${text}`);
    for (const text of this.#ledger.disorder) this.#example(`out of order: ${text}`);
    for (const text of this.#ledger.renames) this.#example(`under another id: ${text}`);
    return {
      printed: this.#printed,
      received: this.#received,
      missing: this.#missed,
      missingLines: this.#missing,
      unread: this.#unread,
      spurious: this.#spurious,
      corrupted,
      disordered: this.#ledger.disordered,
      renamed: this.#ledger.renamed,
      duplicates: this.#ledger.repeats.reduce((sum, { lines }) => sum + lines, 0),
      examples: this.#examples,
    };
  }

  #addRun(
    of: Omit<LineName, 'number'> & { readonly containerId: string },
    present: Uint8Array,
    received: ReceivedRun | undefined,
    isExcused: boolean,
  ): void {
    const counts = received?.counts ?? new Uint8Array();
    for (let number = 0; number < Math.max(present.length, counts.length); number++) {
      const [wasPrinted, wasReceived] = [present[number] === 1, (counts[number] ?? 0) > 0];
      if (wasPrinted && wasReceived) this.#received++;
      else if (wasPrinted) this.#lose({ ...of, number, lastNumber: number }, 1, isExcused);
      else if (wasReceived) this.#addSpurious({ ...of, number });
    }
  }

  #addFragment(containerId: string, key: string, times: number, isExcused: boolean): void {
    const received = this.#fragments.get(`${containerId} ${key}`) ?? 0;
    const both = Math.min(times, received);
    this.#received += both;
    this.#fragments.set(`${containerId} ${key}`, received - both);
    const blank = key.indexOf(' ');
    const fragment = { stream: key.slice(0, blank), fragment: key.slice(blank + 1) };
    if (times > both) this.#lose({ containerId, ...fragment }, times - both, isExcused);
  }

  #lose(line: Lost, times: number, isExcused: boolean): void {
    if (isExcused) {
      this.#unread += times;
      return;
    }
    this.#missed += times;
    const longer = joined(this.#missing.at(-1), line);
    if (longer !== undefined) this.#missing.splice(-1, 1, longer);
    else if (this.#missing.length < mostExamples) this.#missing.push(line);
  }

  #addSpurious(name: LineName & { readonly containerId: string }): void {
    this.#spurious++;
    this.#example(`spurious: ${name.containerId.slice(0, 12)} ${titleOf(name)}`);
  }

  #example(text: string): void {
    if (this.#examples.length < mostExamples) this.#examples.push(text);
  }
}

/** The stretch that reaches over the line too; undefined where there is one between them. */
function joined(before: Lost | undefined, line: Lost): Lost | undefined {
  if (before === undefined || !('number' in line) || !('number' in before)) return undefined;
  const isNext =
    line.containerId === before.containerId &&
    line.run === before.run &&
    line.stream === before.stream &&
    line.number === before.lastNumber + 1;
  return isNext ? { ...before, lastNumber: line.number } : undefined;
}

function receivedKey({ containerId, writer, stream, run }: ReceivedRun): string {
  return `${containerId} ${writer} ${runKey(stream, run)}`;
}

function corruptedText(key: string): string {
  const [container = '', stream = '', ...rest] = key.split(' ');
  const text = rest.join(' ');
  const shown = `${container.slice(0, 12)} ${stream} ${text.slice(0, 80)}`;
  const difference = differenceOf(text);
  return `corrupted: ${shown}${difference === undefined ? '' : `, ${difference}`}`;
}

function streamOf(text: string): Stream {
  return text === 'stderr' ? 'stderr' : 'stdout';
}
