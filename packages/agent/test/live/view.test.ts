import { describe, expect, test } from '@jest/globals';
import { sorted } from '../../src/live/order.ts';
import { type Key, type Page, pressed, type View } from '../../src/live/view.ts';
import { containerState } from '../support/sample-state.ts';

const start: View = { sort: 'cpu', order: 'usual', filter: '', sink: undefined, above: 0 };
const page: Page = { above: 0, size: 10, total: 200 };

/** The view after these keys; a character stands for its own key. */
function after(keys: readonly (string | Key)[], view: View = start, at: Page = page): View {
  return keys.reduce<View>((current, key) => {
    const next = pressed(current, typeof key === 'string' ? { text: key, name: key } : key, at);
    if (typeof next === 'string') throw new Error(`${JSON.stringify(key)} ends it: ${next}`);
    return next;
  }, view);
}

const enterKey: Key = { name: 'return' };
const escapeKey: Key = { name: 'escape' };
const backspaceKey: Key = { name: 'backspace' };

describe('keys', () => {
  test.each([
    ['q', { text: 'q', name: 'q' }, 'quit'],
    ['Ctrl-C', { name: 'c', ctrl: true }, 'quit'],
    ['Ctrl-Z', { name: 'z', ctrl: true }, 'suspend'],
  ])('%s: %j', (_, key, what) => {
    expect(pressed(start, key, page)).toBe(what);
  });

  test('letters and arrows choose the order', () => {
    expect(after(['m']).sort).toBe('memory');
    expect(after([{ name: 'right' }]).sort).toBe('memory');
    expect(after([{ name: 'left' }, { name: 'left' }]).sort).toBe('name');
    expect(after(['r']).order).toBe('reversed');
    expect(after(['r', 'n'])).toMatchObject({ sort: 'name', order: 'usual' });
  });

  test('scroll within what there is', () => {
    const scrolled = (name: string, above: number) =>
      after([{ name }], start, { ...page, above }).above;

    expect(scrolled('down', 0)).toBe(1);
    expect(scrolled('up', 0)).toBe(0);
    expect(scrolled('pagedown', 185)).toBe(190);
    expect(scrolled('end', 0)).toBe(190);
    expect(scrolled('home', 190)).toBe(0);
  });

  test('after a slash type a filter, which counts at once and stays with return', () => {
    const typing = after(['/', 'q', 'x', backspaceKey]);

    expect(typing).toMatchObject({ filter: 'q', filterBefore: '' });
    expect(after([enterKey], typing)).toEqual({ ...start, filter: 'q' });
    expect(after([escapeKey], typing)).toEqual(start);
    expect(after([escapeKey], { ...start, filter: 'web' }).filter).toBe('');
  });

  test('that control something are no part of a filter, nor is what is pasted beyond its bound', () => {
    const typed = after(['/', '\u001b', '\t', { name: 'a', ctrl: true }, '名', 'ab']);

    expect(typed.filter).toBe('名');
    expect(after(['/', ...Array.from({ length: 500 }, () => 'x')]).filter).toHaveLength(100);
  });
});

describe('the order', () => {
  const rows = (
    [
      ['b', 2],
      ['a', 2],
      ['c', 9],
      ['d', undefined],
    ] as const
  ).map(([name, lines]) => ({
    container: containerState({ name, id: name }),
    lines,
  }));

  test('is by figures from the largest down, by names between equals, and the unknown last', () => {
    const names = (key: 'lines' | 'name', order: 'usual' | 'reversed') =>
      sorted(rows, key, order)
        .map(({ container }) => container.name)
        .join('');

    expect(names('lines', 'usual')).toBe('cabd');
    expect(names('lines', 'reversed')).toBe('abcd');
    expect(names('name', 'usual')).toBe('abcd');
    expect(names('name', 'reversed')).toBe('dcba');
  });
});
