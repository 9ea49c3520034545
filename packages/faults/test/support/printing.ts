import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Printed, printedBy } from '../../src/ledger/printed.ts';
import { ReceiptBook } from '../../src/ledger/received.ts';
import { type LineName, lineOf, type Stream } from '../../src/printed-line.ts';

export const containerId = 'ab'.repeat(32);

/** A writer's first run: so many lines on its standard output. */
export function linesFrom(writer: number, count: number, run = 1): LineName[] {
  return Array.from({ length: count }, (_, number) => ({ writer, run, stream: 'stdout', number }));
}

/** The entries of a json-file log. */
export function logOf(texts: readonly string[], stream: Stream = 'stdout'): string {
  return texts.map((log, at) => `${JSON.stringify({ log, stream, time: timeOf(at) })}\n`).join('');
}

export function timeOf(at: number): string {
  return `2026-01-01T00:00:00.${String(at).padStart(9, '0')}Z`;
}

/** What an engine wrote of a container, as the test reads it. */
export function printedIn(log: string, writer = 1): Printed {
  const folder = mkdtempSync(join(tmpdir(), 'tallyman-faults-test-'));
  const path = join(folder, `${containerId}-json.log`);
  writeFileSync(path, log);
  const printed = printedBy(containerId, writer, path);
  rmSync(folder, { recursive: true });
  return printed;
}

export interface SentLine {
  readonly text: string;
  readonly stream?: Stream;
  readonly id?: string;
  readonly from?: string;
}

/** A line as a sink sends it: the record as JSON. */
export function recordOf({
  text,
  stream = 'stdout',
  id = text.slice(0, 30),
  from = containerId,
}: SentLine): string {
  return JSON.stringify({
    kind: 'log',
    id,
    time: timeOf(0),
    container: { id: from },
    stream,
    message: text,
  });
}

/** A receiver's ledger after these lines came over one connection. */
export function bookOf(lines: readonly (LineName | SentLine | string)[]): ReceiptBook {
  const book = new ReceiptBook();
  const delivery = book.open(0);
  for (const line of lines)
    book.take(typeof line === 'string' ? line : recordOf(sentLine(line)), delivery);
  return book;
}

function sentLine(line: LineName | SentLine): SentLine {
  return 'number' in line ? { text: lineOf(line), stream: line.stream } : line;
}
