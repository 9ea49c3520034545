import { describe, expect, test } from '@jest/globals';
import { verdictOf } from '../../src/ledger/verdict.ts';
import { lineOf } from '../../src/printed-line.ts';
import { bookOf, containerId, linesFrom, logOf, printedIn } from '../support/printing.ts';

const lines = linesFrom(1, 50);
const printed = [printedIn(logOf(lines.map((line) => `${lineOf(line)}\n`)))];
const sound = {
  printed: 50,
  received: 50,
  missing: 0,
  missingLines: [],
  unread: 0,
  spurious: 0,
  corrupted: 0,
  disordered: 0,
  renamed: 0,
  duplicates: 0,
};

describe('the verdict', () => {
  test('of a ledger with each line once, in order, is that nothing is wrong', () => {
    const verdict = verdictOf(printed, bookOf(lines).ledger());

    expect(verdict).toEqual({ ...sound, examples: [] });
  });

  test('names a line that is missing', () => {
    const verdict = verdictOf(printed, bookOf(lines.toSpliced(17, 1)).ledger());

    const missingLines = [{ containerId, ...lines[17], lastNumber: 17 }];
    expect(verdict).toEqual({ ...sound, received: 49, missing: 1, missingLines, examples: [] });
  });

  test('names the last line when it is missing, and all when none came', () => {
    const withoutLast = verdictOf(printed, bookOf(lines.slice(0, -1)).ledger());
    const none = verdictOf(printed, bookOf([]).ledger());

    expect(withoutLast).toMatchObject({ missing: 1, missingLines: [lines[49]] });
    expect(none).toMatchObject({ received: 0, missing: 50 });
    expect(none.missingLines).toEqual([{ containerId, ...lines[0], lastNumber: 49 }]);
  });

  test('counts a sound line that was never printed as spurious', () => {
    const [, more] = linesFrom(1, 60).slice(50);
    const verdict = verdictOf(printed, bookOf([...lines, more ?? '']).ledger());

    expect(verdict).toMatchObject({ ...sound, spurious: 1 });
    expect(verdict.examples).toEqual([`spurious: ${containerId.slice(0, 12)} w1 r1 stdout 51`]);
  });

  test('counts a line under the id of another container as spurious, and as missing where it belongs', () => {
    const strayed = { text: lineOf(lines[49] ?? fail()), from: 'cd'.repeat(32) };
    const verdict = verdictOf(printed, bookOf([...lines.slice(0, 49), strayed]).ledger());

    expect(verdict).toMatchObject({ received: 49, missing: 1, spurious: 1 });
  });

  test('counts a line of which one byte differs as corrupted and says which, and the line as missing', () => {
    const [first, ...others] = lines;
    const text = lineOf(first ?? fail());
    const verdict = verdictOf(
      printed,
      bookOf([{ text: `${text.slice(0, -1)}#` }, ...others]).ledger(),
    );

    expect(verdict).toMatchObject({
      ...sound,
      received: 49,
      missing: 1,
      missingLines: [first],
      corrupted: 1,
    });
    const difference = `${text.length} characters instead of ${text.length}, other ones from ${text.length - 1} on: #`;
    expect(verdict.examples).toEqual([expect.stringContaining(difference)]);
  });

  test('counts a line on the other stream, and what is no record, as corrupted', () => {
    const moved = { text: lineOf(lines[49] ?? fail()), stream: 'stderr' as const };
    const verdict = verdictOf(
      printed,
      bookOf([...lines.slice(0, 49), moved, 'HTTP/1.1 400 Bad Request']).ledger(),
    );

    expect(verdict).toMatchObject({ received: 49, missing: 1, corrupted: 2 });
  });

  test('counts a line that comes behind a later one as out of order', () => {
    const swapped = lines.with(20, lines[21] ?? fail()).with(21, lines[20] ?? fail());
    const verdict = verdictOf(printed, bookOf(swapped).ledger());

    expect(verdict).toEqual({
      ...sound,
      disordered: 1,
      examples: ['out of order: w1 r1 stdout 20 after w1 r1 stdout 21'],
    });
  });

  test('counts a line of an earlier run behind one of a later run as out of order', () => {
    const [second] = linesFrom(1, 1, 2);
    const both = logOf([...lines, second ?? fail()].map((line) => `${lineOf(line)}\n`));
    const order = [...lines.slice(0, 49), second ?? '', lines[49] ?? ''];
    const verdict = verdictOf([printedIn(both)], bookOf(order).ledger());

    expect(verdict).toMatchObject({ received: 51, missing: 0, disordered: 1 });
  });

  test('counts a line that came twice as a duplicate, which does not break the order', () => {
    const verdict = verdictOf(printed, bookOf([...lines, ...lines.slice(10, 13)]).ledger());

    expect(verdict).toEqual({ ...sound, duplicates: 3, examples: [] });
  });

  test('counts a line that comes again under another id', () => {
    const again = { text: lineOf(lines[5] ?? fail()), id: 'another' };
    const verdict = verdictOf(printed, bookOf([...lines, again]).ledger());

    expect(verdict).toMatchObject({ ...sound, duplicates: 1, renamed: 1 });
    expect(verdict.examples).toEqual(['under another id: w1 r1 stdout 5 again as another']);
  });

  test('wants the piece of a line that its writer did not live to end, as it is', () => {
    const piece = lineOf(linesFrom(1, 51)[50] ?? fail()).slice(0, 12);
    const cut = [printedIn(logOf([...lines.map((line) => `${lineOf(line)}\n`), piece]))];

    const whole = verdictOf(cut, bookOf([...lines, { text: piece }]).ledger());
    const without = verdictOf(cut, bookOf(lines).ledger());
    const other = verdictOf(cut, bookOf([...lines, { text: `${piece}x` }]).ledger());

    expect(whole).toMatchObject({ printed: 51, received: 51, missing: 0, corrupted: 0 });
    expect(without).toMatchObject({ received: 50, missing: 1, corrupted: 0 });
    expect(without.missingLines).toEqual([{ containerId, stream: 'stdout', fragment: piece }]);
    expect(other).toMatchObject({ received: 50, missing: 1, corrupted: 1 });
  });

  test('excuses lines only of the containers it is told, and says how many', () => {
    const excused = verdictOf(
      printed,
      bookOf(lines.slice(0, 40)).ledger(),
      (id) => id === containerId,
    );
    const others = verdictOf(
      printed,
      bookOf(lines.slice(0, 40)).ledger(),
      (id) => id !== containerId,
    );

    expect(excused).toMatchObject({ received: 40, missing: 0, unread: 10 });
    expect(others).toMatchObject({ received: 40, missing: 10, unread: 0 });
  });
});

function fail(): never {
  throw new Error('arranging the test: there is no such line');
}
