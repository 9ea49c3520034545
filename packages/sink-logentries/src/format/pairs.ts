import { singleLine } from './single-line.ts';

// Neither delimiter (blank, comma) nor separator, quote or control character: the rest goes unquoted.
const bare = /^[^\s,="\\\p{Cc}]+$/u;
const unsafeInKey = /[^\w.\-/]/g;

/** `key=value`; the value in double quotes where it needs them, with `"` and `\` escaped. */
export function pair(key: string, value: string | number | boolean): string {
  return `${key.replace(unsafeInKey, '_')}=${typeof value === 'string' ? shown(value) : value}`;
}

/** A value in quotes, needed or not. */
export function quotedPair(key: string, value: string): string {
  return `${key}=${JSON.stringify(value)}`;
}

/** The pairs of an object; those of nested ones under dotted keys, as the service names the keys of JSON. */
export function pairsOf(value: unknown, key = ''): readonly string[] {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return [pair(key, value)];
    case 'object':
      return Object.entries(value ?? {}).flatMap(([inner, content]) =>
        pairsOf(content, key === '' ? inner : `${key}.${inner}`),
      );
    default:
      return [];
  }
}

function shown(value: string): string {
  const line = singleLine(value);
  return bare.test(line) ? line : JSON.stringify(line);
}
