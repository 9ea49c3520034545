import { segmentsOf } from './pointer.ts';
import type { Report } from './report.ts';

/** Parts of the grammar that this version accepts without acting on them yet. */
const idleParts: readonly { readonly pointer: string; readonly why: string }[] = [
  { pointer: '/admin/listen', why: 'there is no admin endpoint' },
  { pointer: '/admin/token', why: 'there is no admin endpoint' },
];

/** What the file sets and this version does not act on. */
export function idleNotes(report: Report): readonly string[] {
  return idleParts.flatMap(({ pointer, why }) =>
    report.placeOf(pointer) === undefined
      ? []
      : [`${segmentsOf(pointer).join('.')} does nothing yet: ${why}`],
  );
}
