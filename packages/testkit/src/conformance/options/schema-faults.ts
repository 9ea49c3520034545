import { below, isMapping, type Mapping, shown } from './mapping.ts';

/** What the closed subset has for each type, with what each keyword holds. */
const keywords: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  string: {
    enum: isListOfTexts,
    format: (value) => formats.includes(String(value)),
    pattern: isPattern,
    minLength: isCount,
    maxLength: isCount,
    default: (value) => typeof value === 'string',
  },
  number: { minimum: isNumber, maximum: isNumber, default: isNumber },
  integer: { minimum: isNumber, maximum: isNumber, default: isNumber },
  boolean: { default: (value) => typeof value === 'boolean' },
  array: { items: isMapping, minItems: isCount, maxItems: isCount, default: Array.isArray },
  object: {
    properties: isMapping,
    required: (value) => Array.isArray(value) && value.every((key) => typeof key === 'string'),
    additionalProperties: (value) => value === false || isMapping(value),
    default: isMapping,
  },
};

const ofAll: Readonly<Record<string, (value: unknown) => boolean>> = {
  type: (value) => typeof value === 'string',
  description: (value) => typeof value === 'string',
  examples: Array.isArray,
  deprecated: (value) => typeof value === 'boolean',
};

const formats = ['duration', 'size', 'secret', 'uri', 'email', 'hostname', 'regex'];

/** What of a schema is not in the closed subset that a sink's options are described in; empty where all is. */
export function schemaFaults(schema: unknown): readonly string[] {
  if (!isMapping(schema) || schema.type !== 'object' || !isMapping(schema.properties))
    return [`options is ${shown(schema)}, not { type: 'object', properties: { … } }`];
  return faultsAt(schema, 'options');
}

function faultsAt(schema: unknown, path: string): readonly string[] {
  if (!isMapping(schema)) return [`${path} is ${shown(schema)}, not a schema`];
  const known = typeof schema.type === 'string' ? keywords[schema.type] : undefined;
  if (known === undefined)
    return [`${path}.type is ${shown(schema.type)}; there are ${Object.keys(keywords).join(', ')}`];
  return [
    ...Object.entries(schema).flatMap(([key, value]) => keywordFault(key, value, known, path)),
    ...structureFaults(schema, path),
    ...innerSchemas(schema, path).flatMap(([inner, at]) => faultsAt(inner, at)),
  ];
}

function keywordFault(
  key: string,
  value: unknown,
  known: (typeof keywords)[string],
  path: string,
): readonly string[] {
  const isValid = ofAll[key] ?? known[key];
  if (isValid === undefined)
    return [`${path}.${key} is not one of ${Object.keys({ ...ofAll, ...known }).join(', ')}`];
  return isValid(value) ? [] : [`${path}.${key} cannot be ${shown(value)}`];
}

function structureFaults(schema: Mapping, path: string): readonly string[] {
  const { type, properties, additionalProperties, items, required } = schema;
  if (type === 'array') return items === undefined ? [`${path}.items is missing`] : [];
  if (type !== 'object') return [];
  if (properties === undefined && !isMapping(additionalProperties))
    return [`${path} has neither properties nor a schema for its free keys`];
  if (properties !== undefined && isMapping(additionalProperties))
    return [`${path} has both known and free keys; give the free ones an option of their own`];
  if (properties !== undefined && schema.default !== undefined)
    return [`${path}.default: an object with known keys has none; give its keys theirs`];
  const names = isMapping(properties) ? Object.keys(properties) : [];
  const unknown = Array.isArray(required) ? required.filter((key) => !names.includes(key)) : [];
  return unknown.map((key) => `${path}.required names ${shown(key)}, which is no property`);
}

/** The schemas within a schema, with where they stand. */
export function innerSchemas(
  { properties, additionalProperties, items }: Mapping,
  path: string,
): readonly (readonly [schema: unknown, path: string])[] {
  const named = isMapping(properties) ? Object.entries(properties) : [];
  return [
    ...named.map(([key, inner]) => [inner, below(`${path}.properties`, key)] as const),
    ...(isMapping(additionalProperties)
      ? [[additionalProperties, `${path}.additionalProperties`] as const]
      : []),
    ...(items === undefined ? [] : [[items, `${path}.items`] as const]),
  ];
}

function isListOfTexts(value: unknown): boolean {
  const isList = Array.isArray(value) && value.length > 0;
  return (
    isList && new Set(value).size === value.length && value.every((one) => typeof one === 'string')
  );
}

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    new RegExp(value, 'u');
    return true;
  } catch {
    return false;
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}
