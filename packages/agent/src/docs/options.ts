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

/** A mapping and all mappings below it, in the order of the grammar. */
export function sectionsOf(path: string, schema: Schema): readonly OptionSection[] {
  const entries = Object.entries(schema.properties ?? {});
  const required = schema.required ?? [];
  const own = entries
    .filter(([, inner]) => inner.properties === undefined)
    .flatMap(([key, inner]) => optionsAt(`${path}.${key}`, inner, required.includes(key)));
  const below = entries
    .filter(([, inner]) => inner.properties !== undefined)
    .flatMap(([key, inner]) => sectionsOf(`${path}.${key}`, inner));
  return [{ path, description: schema.description ?? '', options: own }, ...below];
}

/** The option, and behind a list of mappings what these hold. Matchers have a table of their own. */
function optionsAt(path: string, schema: Schema, isRequired: boolean): readonly Option[] {
  const option: Option = { path, schema, need: isRequired ? 'required' : '' };
  const { properties = {}, required = [] } = schema.items === matcher ? {} : (schema.items ?? {});
  const inItems = Object.entries(properties).flatMap(([key, inner]) =>
    optionsAt(`${path}[].${key}`, inner, required.includes(key)),
  );
  return [option, ...inItems];
}

/** A value that the schema takes: its first example, else the default; undefined where it names neither. */
export function exampleOf({ examples, properties, default: fallback }: Schema): unknown {
  if (properties === undefined) return examples?.[0] ?? fallback;
  const entries = Object.entries(properties).map(([key, inner]) => [key, exampleOf(inner)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
