import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { cut, fitted, visible, widthOf } from '../../src/live/cells.ts';
import { anyText, harmful } from './hostile.ts';

describe('visible text', () => {
  test.each([
    ['web\u001b[2J', 'web\\x1b[2J'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\u009b31m', '\\x9b31m'],
    ['safe\u202egnp.exe', 'safe\\u202egnp.exe'],
    ['zero\u200bwidth', 'zero\\u{200b}width'],
    ['\ud83d', '\\ud83d'],
    ['名前', '名前'],
    ['e\u0301', 'e\u0301'],
    ['👨‍👩‍👧', '👨👩👧'],
    ['☺\ufe0f', '☺'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('has nothing that acts on a terminal, whatever the text, and stays as it is once it is visible', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = visible(text);

        expect(harmful.exec(shown)).toBeNull();
        expect(visible(shown)).toBe(shown);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is no longer than a line can use, however long the text is', () => {
    expect(visible('x'.repeat(1_048_576)).length).toBeLessThan(5_000);
    expect(visible(`e${'\u0301'.repeat(1_048_576)}`).length).toBeLessThan(20);
  });
});

describe('width', () => {
  test.each([
    ['web-1', 5],
    ['名前', 4],
    ['e\u0301', 1],
    ['👍', 2],
    ['🇩🇪', 2],
    ['', 0],
  ])('%j takes %i columns', (text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });

  test('is kept exactly by what is fitted into columns, and its beginning stays', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.nat({ max: 100 }),
        fc.constantFrom('left' as const, 'right' as const),
        (text, columns, align) => {
          const shown = fitted(visible(text), columns, align);

          expect(stringWidth(shown)).toBe(columns);
          const [head] = shown.trim().split('…');
          expect(
            visible(text)
              .trim()
              .startsWith(head?.trim() ?? ''),
          ).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['everything', 10, 'everything'],
    ['everything', 5, 'ever…'],
    ['名前名前', 5, '名前…'],
    ['名前名前', 4, '名…'],
    ['web', 0, ''],
  ])('of %j, %i columns show %j', (text, columns, shown) => {
    expect(cut(text, columns)).toBe(shown);
  });
});
