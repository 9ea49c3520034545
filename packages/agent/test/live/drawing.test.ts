import { expect, test } from '@jest/globals';
import { difference } from '../../src/live/terminal.ts';

const begin = '\u001b[?2026h';
const end = '\u001b[?2026l';

test('the first picture is drawn on an empty screen, as one update', () => {
  expect(difference([], ['a', 'b'])).toBe(`${begin}\u001b[2J\u001b[1;1Ha\u001b[2;1Hb${end}`);
});

test('of the next one only the rows that differ', () => {
  expect(difference(['a', 'b', 'c'], ['a', 'x', 'c'])).toBe(`${begin}\u001b[2;1Hx${end}`);
});

test('rows that are gone are erased', () => {
  expect(difference(['a', 'b'], ['a'])).toBe(`${begin}\u001b[2;1H\u001b[K${end}`);
});

test('where nothing differs nothing is sent', () => {
  expect(difference(['a', 'b'], ['a', 'b'])).toBe('');
});
