import { messageOf } from '@tallyman/sdk';
import type { Schema } from './grammar.ts';
import { didYouMean } from './nearest.ts';
import { isMapping } from './typed.ts';
import { checkFor } from './validate.ts';

/**
 * What is wrong with a schema that does not compile, and where, as its author wrote it. Ajv says the one or the
 * other, so that each part is compiled by itself, the innermost first.
 */
export function schemaFault(schema: unknown, path = 'options'): string | undefined {
  if (!isMapping(schema)) return `${path} is no schema; write an object such as { type: 'string' }`;
  for (const [key, inner] of partsOf(schema)) {
    const fault = schemaFault(inner, `${path}.${key}`);
    if (fault !== undefined) return fault;
  }
  try {
    checkFor(schema as Schema);
    return undefined;
  } catch (error) {
    return `${path}: ${spelledOut(messageOf(error))}`;
  }
}

function partsOf({ properties, items, additionalProperties }: Schema): [string, unknown][] {
  const named = isMapping(properties) ? Object.entries(properties) : [];
  return [
    ...named.map(([name, inner]): [string, unknown] => [`properties.${name}`, inner]),
    ...(items === undefined ? [] : [['items', items] satisfies [string, unknown]]),
    ...(isMapping(additionalProperties)
      ? [['additionalProperties', additionalProperties] satisfies [string, unknown]]
      : []),
  ];
}

const keywords =
  `type description examples deprecated default enum format pattern minLength maxLength
  minimum maximum items minItems maxItems properties required additionalProperties`.split(/\s+/);
const types = ['string', 'number', 'integer', 'boolean', 'array', 'object'];
const formats = ['duration', 'size', 'secret', 'uri', 'email', 'hostname', 'regex'];

/** Ajv's message without what it says of a place of its own, and with what there is instead. */
function spelledOut(message: string): string {
  const [said = ''] = message
    .replace(/^strict mode: |^schema is invalid: /, '')
    .replace(/^data[/ ]/, '')
    .split(', data');
  const fault = said.replace(/ (ignored in schema )?at (path )?"#.*$/, '');
  const [, word = ''] = /"(.*?)"/.exec(fault) ?? [];
  if (fault.startsWith('unknown keyword'))
    return `${fault}${didYouMean(word, keywords) || `; known: ${keywords.join(', ')}`}`;
  if (fault.startsWith('unknown format'))
    return `${fault}${didYouMean(word, formats) || `; known: ${formats.join(', ')}`}`;
  if (fault.startsWith('type must be equal')) return `type has to be one of ${types.join(', ')}`;
  if (fault.startsWith('Invalid regular expression')) return `pattern: ${fault}`;
  if (fault.startsWith('required property'))
    return `required names ${JSON.stringify(word)}, which is not among the properties`;
  return fault;
}
