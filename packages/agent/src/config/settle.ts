import { type OptionsOf, Secret } from '@tallyman/sdk';
import type { Schema } from './grammar.ts';
import { isMapping, schemaOf } from './typed.ts';
import { durationMs, durationText, sizeBytes, sizeText } from './units.ts';

/**
 * A valid value with the schema's defaults filled in and its units converted: durations to milliseconds,
 * sizes to bytes, secrets to {@link Secret}.
 */
export function settled(schema: Schema, value: unknown): unknown {
  if (isMapping(value)) return mapped(withDefaults(schema, value), schema, settled);
  if (Array.isArray(value)) return listed(value, schema, settled);
  if (typeof value !== 'string') return value;
  if (schema.format === 'duration') return durationMs(value);
  if (schema.format === 'size') return sizeBytes(value);
  return schema.format === 'secret' ? new Secret(value) : value;
}

/** {@link settled}, with the type that the schema gives. The value must have passed the schema's check. */
export function settledAs<const S extends Schema>(schema: S, value: unknown): OptionsOf<S> {
  return settled(schema, value) as OptionsOf<S>;
}

const masked = new Secret('').toString();

/** The way back: a settled value as it would be written in the file, with its secrets masked. */
export function written(schema: Schema, value: unknown): unknown {
  if (schema.format === 'secret') return masked;
  if (isMapping(value)) return mapped(value, schema, written);
  if (Array.isArray(value)) return listed(value, schema, written);
  if (typeof value !== 'number') return value;
  if (schema.format === 'duration') return durationText(value);
  return schema.format === 'size' ? sizeText(value) : value;
}

type Conversion = (schema: Schema, value: unknown) => unknown;

function mapped(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  convert: Conversion,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, convert(schemaOf(schema, key) ?? {}, inner)]),
  );
}

function listed(value: readonly unknown[], { items }: Schema, convert: Conversion): unknown {
  return value.map((item) => convert(items ?? {}, item));
}

function withDefaults(
  { properties = {} }: Schema,
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const missing = Object.entries(properties).filter(
    ([key, schema]) => value[key] === undefined && schema.default !== undefined,
  );
  return { ...value, ...Object.fromEntries(missing.map(([key, schema]) => [key, schema.default])) };
}
