import { below, isMapping, type Mapping, shown } from './mapping.ts';
import { durationMs, sizeBytes } from './units.ts';

/** What is wrong with a value by its schema; empty where nothing is. Keywords beyond the closed subset do not count. */
export function valueFaults(schema: unknown, value: unknown, path = ''): readonly string[] {
  if (!isMapping(schema)) return [];
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' ? textFaults(schema, value, path) : [not('text')];
    case 'number':
    case 'integer':
      return typeof value === 'number' ? numberFaults(schema, value, path) : [not('a number')];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [not('true or false')];
    case 'array':
      return Array.isArray(value) ? listFaults(schema, value, path) : [not('a list')];
    case 'object':
      return isMapping(value) ? mappingFaults(schema, value, path) : [not('a mapping')];
    default:
      return [];
  }

  function not(wanted: string): string {
    return `${path || 'options'} is ${shown(value)}, not ${wanted}`;
  }
}

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  duration: (text) => durationMs(text) !== undefined,
  size: (text) => sizeBytes(text) !== undefined,
  uri: (text) => URL.canParse(text) && /^[a-z][a-z0-9+.-]*:[^\s"<>\\^`{|}]+$/i.test(text),
  email: (text) => /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(text),
  hostname: (text) =>
    text.length <= 253 &&
    /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?$/i.test(text),
  regex: isRegex,
};

function textFaults(schema: Mapping, text: string, path: string): readonly string[] {
  const { enum: words, format, pattern, minLength, maxLength } = schema;
  const length = Array.from(text).length;
  const isFormat = typeof format === 'string' ? formats[format] : undefined;
  return [
    ...(Array.isArray(words) && !words.includes(text) ? ['is none of its words'] : []),
    ...(isFormat?.(text) === false ? [`is no ${String(format)}`] : []),
    ...(typeof pattern === 'string' && isRegex(pattern) && !new RegExp(pattern, 'u').test(text)
      ? [`does not match ${pattern}`]
      : []),
    ...(typeof minLength === 'number' && length < minLength ? ['is too short'] : []),
    ...(typeof maxLength === 'number' && length > maxLength ? ['is too long'] : []),
  ].map((fault) => `${path}: ${shown(text)} ${fault}`);
}

function numberFaults(schema: Mapping, value: number, path: string): readonly string[] {
  const { type, minimum, maximum } = schema;
  return [
    ...(type === 'integer' && !Number.isInteger(value) ? ['is no whole number'] : []),
    ...(typeof minimum === 'number' && value < minimum ? [`is less than ${minimum}`] : []),
    ...(typeof maximum === 'number' && value > maximum ? [`is more than ${maximum}`] : []),
  ].map((fault) => `${path}: ${value} ${fault}`);
}

function listFaults(schema: Mapping, list: readonly unknown[], path: string): readonly string[] {
  const { items, minItems, maxItems } = schema;
  return [
    ...(typeof minItems === 'number' && list.length < minItems
      ? [`${path} has too few items`]
      : []),
    ...(typeof maxItems === 'number' && list.length > maxItems
      ? [`${path} has too many items`]
      : []),
    ...list.flatMap((item, index) => valueFaults(items, item, below(path, index))),
  ];
}

/** Keys that an object with known keys does not name are refused, also where the schema does not say so. */
function mappingFaults(schema: Mapping, value: Mapping, path: string): readonly string[] {
  const { properties, additionalProperties, required } = schema;
  const known = isMapping(properties) ? properties : {};
  const missing = Array.isArray(required) ? required.filter((key) => value[key] === undefined) : [];
  return [
    ...missing.map((key) => `${below(path, String(key))} is required`),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const at = below(path, key);
      if (Object.hasOwn(known, key)) return valueFaults(known[key], inner, at);
      return isMapping(additionalProperties)
        ? valueFaults(additionalProperties, inner, at)
        : [`${at} is not known`];
    }),
  ];
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}
