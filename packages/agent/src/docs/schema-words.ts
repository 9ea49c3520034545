import { matcher, type Schema } from '../config/grammar.ts';

/** A row of a table of options: the name, what is written there, the default, what it does. */
export function optionRow(name: string, schema: Schema, need: 'required' | ''): readonly string[] {
  const { description = '', examples = [] } = schema;
  const shown = examples.map(exampleWords);
  const example = shown.length === 0 ? '' : ` For example ${inWords(shown)}.`;
  const otherwise = need === 'required' ? 'required' : defaultWords(schema);
  return [`\`${name}\``, valueWords(schema), otherwise, `${description}${example}`];
}

function valueWords(schema: Schema): string {
  return inWords(alternatives(schema));
}

function alternatives(schema: Schema): readonly string[] {
  const { type, format, anyOf, items = {}, enum: words } = schema;
  if (schema === matcher) return ['[matchers](#matchers)'];
  if (anyOf !== undefined) return anyOf.flatMap(alternatives);
  if (words !== undefined) return words.map(coded);
  if (type === 'array') return [`list of ${valueWords(items)}`];
  if (type === 'integer') return [['number', ...boundWords(schema)].join(' ')];
  const word = formatWords[format ?? ''] ?? typeWords[type ?? ''] ?? 'any';
  const least = schema.formatExclusiveMinimum;
  return [least === undefined ? word : `${word}, more than ${coded(least)}`];
}

function boundWords({ minimum, maximum }: Schema): readonly string[] {
  if (minimum !== undefined && maximum !== undefined) return [`from ${minimum} to ${maximum}`];
  if (minimum !== undefined) return [`from ${minimum} on`];
  return maximum === undefined ? [] : [`up to ${maximum}`];
}

const formatWords: Readonly<Record<string, string>> = {
  duration: 'duration',
  size: 'size',
  uri: 'URL',
  email: 'e-mail address',
  secret: 'secret',
  regex: 'regular expression',
  listen: 'address',
};

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: '`true` or `false`',
  number: 'number',
  object: 'mapping',
};

function defaultWords({ default: fallback }: Schema): string {
  if (fallback === undefined) return '';
  if (Array.isArray(fallback) && fallback.length > 0) return fallback.map(coded).join(', ');
  return coded(fallback);
}

function exampleWords(example: unknown): string {
  return Array.isArray(example) ? `\`${flow(example)}\`` : coded(example);
}

/** As a line of YAML. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${flow(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function coded(value: unknown): string {
  return `\`${typeof value === 'string' ? value : flow(value)}\``;
}

/** `a, b or c` */
function inWords(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
