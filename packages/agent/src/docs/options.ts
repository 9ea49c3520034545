import type { Schema } from '../config/grammar.ts';
import { matcher } from '../config/grammar.ts';

/** An option, or a section without options of its own. */
export interface Option {
  /** From the top of the file, such as `collect.logs.count[].name`. */
  readonly path: string;
  readonly schema: Schema;
  readonly need: 'required' | '';
}

/** A mapping of the file with the options that stand directly in it. */
export interface OptionSection {
  readonly path: string;
  readonly description: string;
  readonly options: readonly Option[];
}

/** A mapping and all mappings below it, in the order of the grammar. One of free keys is its own option. */
export function sectionsOf(path: string, schema: Schema): readonly OptionSection[] {
  const { description = '', properties } = schema;
  if (properties === undefined)
    return [{ path, description, options: optionsAt(path, schema, '') }];
  const entries = Object.entries(properties);
  const required = schema.required ?? [];
  const own = entries
    .filter(([, inner]) => inner.properties === undefined)
    .flatMap(([key, inner]) =>
      optionsAt(`${path}.${key}`, inner, required.includes(key) ? 'required' : ''),
    );
  const below = entries
    .filter(([, inner]) => inner.properties !== undefined)
    .flatMap(([key, inner]) => sectionsOf(`${path}.${key}`, inner));
  return [{ path, description, options: own }, ...below];
}

/** The option, and behind a list of mappings what these hold. Matchers have a table of their own. */
function optionsAt(path: string, schema: Schema, need: Option['need']): readonly Option[] {
  const option: Option = { path, schema, need };
  const { properties = {}, required = [] } = schema.items === matcher ? {} : (schema.items ?? {});
  const inItems = Object.entries(properties).flatMap(([key, inner]) =>
    optionsAt(`${path}[].${key}`, inner, required.includes(key) ? 'required' : ''),
  );
  return [option, ...inItems];
}

/** A value that the schema takes: its first example, else the default; undefined where it names neither. */
export function exampleOf({ examples, properties, default: fallback }: Schema): unknown {
  if (properties === undefined) return examples?.[0] ?? fallback;
  const entries = Object.entries(properties).map(([key, inner]) => [key, exampleOf(inner)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
