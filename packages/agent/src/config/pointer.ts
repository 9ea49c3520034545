/**
 * JSON pointers (RFC 6901): how values are addressed inside the loader, because Ajv does so too.
 * People see the dotted form of {@link pathOf}.
 */

/** The pointer to a key or an index under another. */
export function under(pointer: string, ...segments: readonly (string | number)[]): string {
  const escaped = segments.map((segment) =>
    String(segment).replaceAll('~', '~0').replaceAll('/', '~1'),
  );
  return [pointer, ...escaped].join('/');
}

/** The keys and indexes of a pointer. */
export function segmentsOf(pointer: string): readonly string[] {
  const escaped = pointer.split('/').slice(1);
  return escaped.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The pointer to what holds this one; the root holds itself. */
export function parentOf(pointer: string): string {
  return pointer.slice(0, Math.max(pointer.lastIndexOf('/'), 0));
}

/** Whether a pointer is another or lies below it. */
export function isWithin(pointer: string, ancestor: string): boolean {
  return pointer === ancestor || pointer.startsWith(`${ancestor}/`);
}

/** For people: `sinks.metrics.match.include[0].name`. */
export function pathOf(pointer: string): string {
  let path = '';
  for (const segment of segmentsOf(pointer)) {
    if (/^\d+$/.test(segment)) path += `[${segment}]`;
    else if (/^[\w-]+$/.test(segment)) path += path === '' ? segment : `.${segment}`;
    else path += `[${JSON.stringify(segment)}]`;
  }
  return path;
}
