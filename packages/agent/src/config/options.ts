import { messageOf, type SinkDefinition } from '@tallyman/sdk';
import type { ChosenSink } from './chosen-sink.ts';
import { explain } from './explain.ts';
import type { Schema } from './grammar.ts';
import type { SinkConfig } from './model.ts';
import { under } from './pointer.ts';
import type { Report } from './report.ts';
import { schemaFault } from './schema-fault.ts';
import { settled } from './settle.ts';
import { isMapping, typed } from './typed.ts';
import { unknownKeyWords } from './unknown-key.ts';
import { type Check, checkFor } from './validate.ts';

/** A sink's options, held against the schema it brings; undefined where something is wrong, which is then reported. */
export function optionsOf(
  { name, type, definition, entry }: ChosenSink,
  report: Report,
): SinkConfig['options'] | undefined {
  const pointer = under('/sinks', name, 'options');
  const value = entry.options ?? {};
  if (!isMapping(value)) return undefined;
  const check = optionCheck(definition);
  if (typeof check === 'string') {
    report.atKey(under('/sinks', name), 'sink', `the sink ${type}: ${check}`);
    return undefined;
  }
  const options = typed(definition.options, value, pointer, report);
  explain(check(options), {
    base: pointer,
    report,
    unknownKey: (key, holder, known) =>
      unknownKeyWords(key, { holder, known, optionNames: () => [] }),
  });
  if (!report.isClean(pointer)) return undefined;
  const converted = settled(definition.options, options);
  return isMapping(converted) ? converted : undefined;
}

// Compiling costs some ten milliseconds, and several sinks of a file may be of one type.
const compiled = new WeakMap<SinkDefinition['options'], Check | string>();

/** The check of a sink's options, or what is wrong with their schema. */
export function optionCheck({ options }: SinkDefinition): Check | string {
  const check = compiled.get(options) ?? compiledCheck(options);
  compiled.set(options, check);
  return check;
}

function compiledCheck(options: SinkDefinition['options']): Check | string {
  try {
    return checkFor(closed(options));
  } catch (error) {
    return schemaFault(options) ?? messageOf(error);
  }
}

/** An object with known keys takes no others, also where the sink's author did not say so. */
export function closed(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema;
  return {
    ...schema,
    ...(items === undefined ? {} : { items: closed(items) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: closed(additionalProperties),
    }),
    ...(properties !== undefined && {
      additionalProperties: false,
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, inner]) => [key, closed(inner)]),
      ),
    }),
  };
}
