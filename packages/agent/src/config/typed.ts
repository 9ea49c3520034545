import type { Schema } from './grammar.ts';
import { under } from './pointer.ts';
import type { Report } from './report.ts';

/**
 * The tree with its scalars as the schema wants them. YAML guesses types from the looks of a text; where the
 * schema says text, the text counts as it was written (`0123`, `1e5`, `true`), and where it says number or
 * boolean, what was filled in for a variable is read as one. A section without content is an empty one.
 */
export function typed(schema: Schema, value: unknown, pointer: string, report: Report): unknown {
  if (value === undefined) return emptied(schema, pointer, report);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return value.map((item, index) => typed(items, item, under(pointer, index), report));
  }
  if (isMapping(value)) return typedMapping(schema, value, pointer, report);
  return typedScalar(schema, value, pointer, report);
}

/** Whether a value of the tree is a mapping. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema of a key, where it is known. */
export function schemaOf(schema: Schema, key: string): Schema | undefined {
  const { properties = {}, additionalProperties } = schema;
  if (Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function emptied(schema: Schema, pointer: string, report: Report): unknown {
  if (schema.type === 'object') return {};
  if (schema.type === 'array') return [];
  report.atKey(pointer, 'missing', 'has no value; write one, or remove the key');
  report.hole(pointer);
  return undefined;
}

function typedMapping(
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  pointer: string,
  report: Report,
): unknown {
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, inner] of Object.entries(value)) {
    const known = schemaOf(schema, key);
    result[key] = known === undefined ? inner : typed(known, inner, under(pointer, key), report);
  }
  return result;
}

function typedScalar(schema: Schema, value: unknown, pointer: string, report: Report): unknown {
  const place = report.placeOf(pointer);
  if (schema.type === 'string')
    return typeof value !== 'string' && isFreeText(schema) ? (place?.text ?? value) : value;
  const isFilledIn = place?.filledIn !== undefined;
  return typeof value === 'string' && isFilledIn ? readAs(schema.type, value) : value;
}

/** A bare `10` for a duration, or `true` for one of several words, is a mistake and not text. */
function isFreeText({ format, anyOf, enum: words }: Schema): boolean {
  return format !== 'duration' && format !== 'size' && anyOf === undefined && words === undefined;
}

function readAs(type: string | undefined, text: string): unknown {
  if (type === 'boolean' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  const isFigure = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text);
  return (type === 'number' || type === 'integer') && isFigure ? Number(text) : text;
}
