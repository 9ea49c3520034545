import { segmentsOf } from './pointer.ts';
import type { Report } from './report.ts';
import { isMapping } from './typed.ts';

/** Parts of the grammar that this version accepts without acting on them yet. */
const idleParts: readonly { readonly pointer: string; readonly why: string }[] = [
  { pointer: '/admin/listen', why: 'there is no admin endpoint' },
  { pointer: '/admin/token', why: 'there is no admin endpoint' },
];

/** What the file sets and this version does not act on. */
export function idleNotes(tree: unknown, report: Report): readonly string[] {
  const parts = idleParts.flatMap(({ pointer, why }) =>
    report.placeOf(pointer) === undefined ? [] : [`${dotted(pointer)} does nothing yet: ${why}`],
  );
  const pointer = '/collect/logs/reader';
  const isIdle = valueAt(tree, pointer) === 'file';
  const readers = isIdle
    ? [`${dotted(pointer)}: file does nothing yet: the engine is asked instead`]
    : [];
  return [...parts, ...readers];
}

function valueAt(tree: unknown, pointer: string): unknown {
  return segmentsOf(pointer).reduce<unknown>(
    (value, key) => (isMapping(value) ? value[key] : undefined),
    tree,
  );
}

function dotted(pointer: string): string {
  return segmentsOf(pointer).join('.');
}
