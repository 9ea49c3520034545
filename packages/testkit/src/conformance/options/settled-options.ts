import { Secret } from '@tallyman/sdk';
import { isMapping, type Mapping } from './mapping.ts';
import { durationMs, sizeBytes } from './units.ts';

/**
 * Options as `create` receives them: defaults filled in, durations in milliseconds, sizes in bytes, secrets as
 * {@link Secret}. What the schema does not know stays as it is.
 */
export function settledOptions(schema: unknown, value: unknown): unknown {
  if (!isMapping(schema)) return value;
  if (isMapping(value)) return settledMapping(schema, value);
  if (Array.isArray(value)) return value.map((item) => settledOptions(schema.items, item));
  if (typeof value !== 'string') return value;
  switch (schema.format) {
    case 'duration':
      return durationMs(value) ?? value;
    case 'size':
      return sizeBytes(value) ?? value;
    case 'secret':
      return new Secret(value);
    default:
      return value;
  }
}

function settledMapping({ properties, additionalProperties }: Mapping, value: Mapping): Mapping {
  const known = isMapping(properties) ? properties : {};
  const defaults = Object.entries(known).flatMap(([key, inner]) =>
    isMapping(inner) && inner.default !== undefined ? [[key, inner.default] as const] : [],
  );
  const entries = Object.entries({ ...Object.fromEntries(defaults), ...value });
  return Object.fromEntries(
    entries.map(([key, inner]) => [
      key,
      settledOptions(Object.hasOwn(known, key) ? known[key] : additionalProperties, inner),
    ]),
  );
}
