import { type SortKey, sortKeys } from './choices.ts';
import type { Order, Selection } from './order.ts';

/** What the user has chosen to see. */
export interface View extends Selection {
  readonly sort: SortKey;
  readonly order: Order;
  /** How many containers are above the screen. May be too many: a page is never beyond the last. */
  readonly above: number;
  /** While a filter is typed: the one before. */
  readonly filterBefore?: string | undefined;
}

/** A key as `node:readline` names it. */
export interface Key {
  readonly name?: string | undefined;
  /** What it types. */
  readonly text?: string | undefined;
  readonly ctrl?: boolean;
}

/** Which containers are on the screen. */
export interface Page {
  readonly above: number;
  readonly size: number;
  readonly total: number;
}

const longestFilter = 100;

const sortLetters: Readonly<Record<string, SortKey>> = {
  n: 'name',
  c: 'cpu',
  m: 'memory',
  t: 'net',
  i: 'block',
  p: 'pids',
  l: 'lines',
  b: 'bytes',
};

/** What the keys do, in a few words. */
export const keyHelp =
  'q quit  / filter  ←→ sort  r reverse  ↑↓ scroll  c cpu  m memory  l lines  b bytes  t net  i block I/O  p pids  n name';

/** What a key makes of the view. */
export function pressed(view: View, key: Key, page: Page): View | 'quit' | 'suspend' {
  if (key.ctrl && key.name === 'c') return 'quit';
  if (key.ctrl && key.name === 'z') return 'suspend';
  if (view.filterBefore !== undefined) return typed(view, key);
  if (key.name === 'q' && !key.ctrl) return 'quit';
  if (key.text === '/') return { ...view, filterBefore: view.filter, filter: '', above: 0 };
  if (key.name === 'escape') return { ...view, filter: '', above: 0 };
  return sortedBy(view, key) ?? scrolled(view, key, page);
}

function typed({ filterBefore, ...view }: View, key: Key): View {
  if (key.name === 'return' || key.name === 'enter') return view;
  if (key.name === 'escape') return { ...view, filter: filterBefore ?? '' };
  if (key.name === 'backspace')
    return { ...view, filterBefore, filter: Array.from(view.filter).slice(0, -1).join('') };
  if (key.ctrl && key.name === 'u') return { ...view, filterBefore, filter: '' };
  const text = key.ctrl ? '' : (key.text ?? '');
  const isText = /^[^\p{Cc}\p{Cs}]$/u.test(text) && view.filter.length < longestFilter;
  return { ...view, filterBefore, filter: isText ? view.filter + text : view.filter };
}

function sortedBy(view: View, { name = '', ctrl = false }: Key): View | undefined {
  if (ctrl) return undefined;
  if (name === 'r')
    return { ...view, order: view.order === 'usual' ? 'reversed' : 'usual', above: 0 };
  const at = sortKeys.indexOf(view.sort);
  const letter = Object.hasOwn(sortLetters, name) ? sortLetters[name] : undefined;
  const beside =
    name === 'right' ? sortKeys[at + 1] : name === 'left' ? sortKeys[at - 1] : undefined;
  const sort = letter ?? beside;
  return sort === undefined ? undefined : { ...view, sort, order: 'usual', above: 0 };
}

function scrolled(view: View, { name, ctrl = false }: Key, { above, size, total }: Page): View {
  const last = Math.max(0, total - size);
  const to = (line: number): View => ({ ...view, above: Math.min(last, Math.max(0, line)) });
  switch (name) {
    case 'up':
      return to(above - 1);
    case 'down':
      return to(above + 1);
    case 'pageup':
      return to(above - size);
    case 'pagedown':
    case 'space':
      return to(above + size);
    case 'home':
      return to(0);
    case 'end':
      return to(last);
    default:
      return ctrl && name === 'f'
        ? to(above + size)
        : ctrl && name === 'b'
          ? to(above - size)
          : view;
  }
}
