import { describe, expect, test } from '@jest/globals';
import { loggedLines, printedByRule } from '../../src/ledger/printed.ts';
import { lineOf, linesOfRun, parseLine } from '../../src/printed-line.ts';
import { linesFrom, logOf, printedIn, timeOf } from '../support/printing.ts';

describe('what a container printed', () => {
  test('is read from the log of its engine, with what the engine lost', () => {
    const texts = linesFrom(1, 10).map((line) => `${lineOf(line)}\n`);

    const printed = printedIn(logOf(texts.toSpliced(4, 2)));

    expect(printed).toMatchObject({ total: 8, lostByEngine: 2, damaged: 0 });
    expect([...(printed.runs.get('stdout 1') ?? [])]).toEqual([1, 1, 1, 1, 0, 0, 1, 1, 1, 1]);
  });

  test('survives entries that a crash cut or overwrote with zeros', () => {
    const texts = linesFrom(1, 3).map((line) => `${lineOf(line)}\n`);

    const printed = printedIn(`${logOf(texts)}{"log":"half an en\n\0\0\0\0\n`);

    expect(printed).toMatchObject({ total: 3, damaged: 2 });
  });

  test('has pieces of equal time as one line, and a new time ends a line', () => {
    const entry = (log: string, at: number, stream = 'stdout') =>
      `${JSON.stringify({ log, stream, time: timeOf(at) })}\n`;
    const file = [
      entry('a', 1),
      entry('x\n', 1, 'stderr'),
      entry('b\n', 1),
      entry('c', 2),
      entry('d\n', 3),
      entry('e', 4),
    ];

    const lines = [...loggedLines([file.join('')])].map(({ stream, text }) => [stream, text]);

    expect(lines).toEqual([
      ['stderr', 'x'],
      ['stdout', 'ab'],
      ['stdout', 'c'],
      ['stdout', 'd'],
      ['stdout', 'e'],
    ]);
  });

  test('is known by the rule where its log goes with the container', () => {
    const pace = { block: 40, pauseMicros: 1, blocks: 14 };

    const printed = printedByRule('id', 7, pace);

    // Thirteen blocks, and one burst of eight times as many.
    expect(printed.total).toBe(40 * (13 + 8));
    expect(linesOfRun(pace)).toEqual({ stdout: 630, stderr: 210 });
  });
});

describe('a printed line', () => {
  test('is known again, and no other text is taken for one', () => {
    const names = [0, 1, 1_999, 123_456].map((number) => ({
      writer: 3,
      run: 2,
      stream: 'stderr' as const,
      number,
    }));

    const texts = names.map(lineOf);

    expect(texts.map(parseLine)).toEqual(names);
    expect(texts.map((text) => parseLine(text.slice(0, -1)))).toEqual(names.map(() => undefined));
    expect(texts.map((text) => parseLine(`${text}a`))).toEqual(names.map(() => undefined));
    expect(texts.map((text) => parseLine(text.replace(' r2 ', ' r3 ')))).toEqual(
      names.map(() => undefined),
    );
  });

  test('is longer than two pieces of the engine now and then', () => {
    const long = lineOf({ writer: 3, run: 2, stream: 'stdout', number: 1_999 });

    expect(long.length).toBeGreaterThan(40 * 1_024);
    expect(long.length).toBeLessThan(48 * 1_024);
  });
});
