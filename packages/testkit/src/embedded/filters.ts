import { RefusedQuery } from './refused-query.ts';

/** Moby's filters: values of one key are ORed, keys are ANDed. */
export type Filters = ReadonlyMap<string, readonly string[]>;

/**
 * Both spellings: `{"type": ["container"]}` and the older `{"type": {"container": true}}`.
 * @throws RefusedQuery where it is no JSON
 */
export function parseFilters(text: string | null): Filters {
  if (!text) return new Map();
  const parsed = parsedJson(text);
  const filters = new Map<string, readonly string[]>();
  if (typeof parsed !== 'object' || parsed === null) return filters;
  for (const [key, values] of Object.entries(parsed)) {
    if (Array.isArray(values)) filters.set(key, values.map(String));
    else if (typeof values === 'object' && values !== null) filters.set(key, Object.keys(values));
  }
  return filters;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RefusedQuery('invalid filter: it is no JSON', { cause });
  }
}

/** What of a container or an event a filter can ask for, by key. */
export type Traits = Readonly<Record<string, readonly string[]>>;

/** @throws RefusedQuery for a key that `traits` does not know, as the engine refuses it. */
export function passesFilters(filters: Filters, traits: Traits): boolean {
  for (const [key, wanted] of filters) {
    const has = traits[key];
    if (!has) throw new RefusedQuery(`Invalid filter '${key}'`);
    if (wanted.length > 0 && !wanted.some((value) => has.includes(value))) return false;
  }
  return true;
}

/** A label can be asked for by `key` and by `key=value`. */
export function labelTraits(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).flatMap(([key, value]) => [key, `${key}=${value}`]);
}
