import { segmentsOf, under } from './pointer.ts';
import type { Report } from './report.ts';
import { isMapping } from './typed.ts';

/** Parts of the grammar that this version accepts without acting on them yet; `*` is any sink. */
const idleParts: readonly { readonly pointer: string; readonly why: string }[] = [
  { pointer: '/state/directory', why: 'nothing is kept on disk' },
  { pointer: '/state/max_size', why: 'nothing is kept on disk' },
  { pointer: '/admin/listen', why: 'there is no admin endpoint' },
  { pointer: '/admin/token', why: 'there is no admin endpoint' },
  {
    pointer: '/sinks/*/queue/disk',
    why: 'what does not fit into memory is not kept on disk',
  },
];

/** Ways of reading that this version has. */
const knownReaders: readonly string[] = ['auto', 'engine'];

/** What the file sets and this version does not act on. */
export function idleNotes(tree: unknown, report: Report): readonly string[] {
  const parts = idleParts.flatMap(({ pointer, why }) =>
    everySink(pointer, tree).flatMap((at) =>
      report.placeOf(at) === undefined ? [] : [`${dotted(at)} does nothing yet: ${why}`],
    ),
  );
  const readers = ['/collect/logs/reader', '/collect/stats/reader'].flatMap((pointer) => {
    const chosen = valueAt(tree, pointer);
    if (typeof chosen !== 'string' || knownReaders.includes(chosen)) return [];
    return [`${dotted(pointer)}: ${chosen} does nothing yet: the engine is asked instead`];
  });
  return [...parts, ...readers];
}

function everySink(pointer: string, tree: unknown): readonly string[] {
  if (!pointer.startsWith('/sinks/*')) return [pointer];
  const sinks = valueAt(tree, '/sinks');
  const names = isMapping(sinks) ? Object.keys(sinks) : [];
  return names.map((name) => `${under('/sinks', name)}${pointer.slice('/sinks/*'.length)}`);
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
