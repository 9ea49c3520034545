import type { SinkDefinition } from '@tallyman/sdk';
import type { SinkCatalogue } from './catalogue.ts';
import { entryGrammar, grammar, type Schema } from './grammar.ts';
import { closed, optionCheck } from './options.ts';

const durationPattern = '^\\d+(\\.\\d+)?(ms|s|m|h|d)$';
const sizePattern = '^\\d+(\\.\\d+)?(B|kB|MB|GB|KiB|MiB|GiB)$';

/** A value that is filled in from the environment: editors cannot know what it will be. */
const variable = { type: 'string', pattern: '\\$\\{' } as const;

/**
 * The JSON Schema of the configuration file for editors, with the options of every sink in the catalogue.
 * Laxer than the loader where the loader knows more, such as the value of a variable.
 */
export async function configSchema(catalogue: SinkCatalogue): Promise<object> {
  const definitions = await definitionsIn(catalogue);
  const entry = forEditors(entryGrammar);
  const byType = definitions.map(({ type, options }) => ({
    anyOf: [
      { not: { properties: { type: { const: type } }, required: ['type'] } },
      { properties: { options: forEditors(closed(options)) } },
    ],
  }));
  const byName = definitions.map(({ type, summary, options }) => [
    type,
    {
      description: summary,
      allOf: [{ $ref: '#/$defs/sink' }],
      anyOf: [
        { type: 'object', required: ['type'] },
        { properties: { options: forEditors(closed(options)) } },
      ],
    },
  ]);
  const { sinks, ...sections } = grammar.properties;
  const properties = Object.entries(sections).map(([key, schema]) => [key, forEditors(schema)]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Tallyman',
    ...grammar,
    patternProperties: { '^x-': { description: 'Free, to be referred to by anchors.' } },
    properties: {
      ...Object.fromEntries(properties),
      sinks: {
        ...sinks,
        properties: Object.fromEntries(byName),
        additionalProperties: { $ref: '#/$defs/sink' },
      },
    },
    $defs: { sink: { ...entry, allOf: byType } },
  };
}

/** {@link configSchema} as the text of `config/tallyman.schema.json`. */
export async function schemaText(catalogue: SinkCatalogue): Promise<string> {
  const text = JSON.stringify(await configSchema(catalogue), undefined, 2);
  // Short lists on one line, as the formatter of this repository wants them.
  const compact = text.replace(/\[\n\s+([^[\]{}]*?)\n\s+\]/g, (_, items: string) => {
    return `[${items.replace(/,\n\s+/g, ', ')}]`;
  });
  return `${compact}\n`;
}

interface NamedOptions extends Pick<SinkDefinition, 'summary' | 'options'> {
  /** By which a configuration chooses the sink. */
  readonly type: string;
}

/** Sinks that are refused, or describe their options wrongly, have none to show; `tallyman check` says why. */
async function definitionsIn(catalogue: SinkCatalogue): Promise<readonly NamedOptions[]> {
  const named = catalogue.names().map(async (type): Promise<readonly NamedOptions[]> => {
    const definition = await catalogue.definition(type).catch(() => undefined);
    if (definition === undefined || typeof optionCheck(definition) === 'string') return [];
    const { summary, options } = definition;
    return [{ type, summary, options }];
  });
  return (await Promise.all(named)).flat();
}

function forEditors(schema: Schema): object {
  const { description, default: fallback, examples, type, ...rules } = schema;
  const shown = {
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
    ...(examples !== undefined && { examples }),
  };
  // A section whose content is all commented out is an empty one.
  if (type === 'object') return { ...shown, type: ['object', 'null'], ...rulesOfObject(rules) };
  if (type === 'array') {
    const { items, ...bounds } = rules;
    return { ...shown, type: ['array', 'null'], ...bounds, items: forEditors(items ?? {}) };
  }
  if (type !== 'string') return { ...shown, anyOf: [{ type, ...rules }, variable] };
  const text = rulesOfText(schema);
  if (text.length > 0) return { ...shown, anyOf: [...text, variable] };
  // Text counts as it was written, so that a token may look like a number.
  return { ...shown, type: ['string', 'number', 'boolean'] };
}

function rulesOfObject({ properties, additionalProperties, ...bounds }: Schema): object {
  const known = Object.entries(properties ?? {}).map(([key, inner]) => [key, forEditors(inner)]);
  return {
    ...bounds,
    ...(properties !== undefined && { properties: Object.fromEntries(known) }),
    additionalProperties:
      typeof additionalProperties === 'object'
        ? forEditors(additionalProperties)
        : (additionalProperties ?? true),
  };
}

/** The rules of a text as alternatives, in the formats that editors know. */
function rulesOfText({ format, enum: words, anyOf = [], pattern }: Schema): readonly object[] {
  if (anyOf.length > 0) return anyOf.flatMap(rulesOfText);
  if (words !== undefined) return [{ enum: words }];
  if (format === 'duration') return [{ type: 'string', pattern: durationPattern }];
  if (format === 'size') return [{ type: 'string', pattern: sizePattern }];
  if (pattern !== undefined) return [{ type: 'string', pattern }];
  const isStandard = ['uri', 'email', 'hostname', 'regex'].includes(format ?? '');
  return isStandard ? [{ type: 'string', format }] : [];
}
