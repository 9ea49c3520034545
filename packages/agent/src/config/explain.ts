import type { Schema } from './grammar.ts';
import { didYouMean } from './nearest.ts';
import { isWithin, under } from './pointer.ts';
import type { Report } from './report.ts';
import { isMapping } from './typed.ts';
import { durationFix, durationMs, sizeFix } from './units.ts';
import { type Fault, regexFault } from './validate.ts';

/** What is said about a key that the schema does not know. */
export type UnknownKey = (key: string, holder: string, known: readonly string[]) => string;

/** Reports what Ajv found, one problem for each key or value and in words that say what to write. */
export function explain(
  faults: readonly Fault[],
  { base, report, unknownKey }: { base: string; report: Report; unknownKey: UnknownKey },
): void {
  for (const fault of mostTelling(faults)) {
    const pointer = `${base}${fault.instancePath}`;
    const schema = schemaIn(fault);
    const key = keyOf(fault);
    if (fault.keyword === 'additionalProperties') {
      const known = Object.keys(schema.properties ?? {});
      report.atKey(under(pointer, key), 'unknown_key', unknownKey(key, pointer, known));
    } else if (fault.keyword === 'required') {
      const description = schema.properties?.[key]?.description;
      const hint = description === undefined ? '' : `: ${lowered(description)}`;
      report.atKey(under(pointer, key), 'missing', `is required${hint}`);
    } else if (fault.keyword === 'propertyNames') {
      const rule =
        'begins with a letter or digit, then letters, digits, ".", "_" and "-", 63 at most';
      report.atKey(under(pointer, key), 'name', `is no name: a name ${rule}`);
    } else
      report.atValue(
        pointer,
        'value',
        valueWords(fault, schema, found(fault.data, pointer, schema, report)),
      );
  }
}

const precedence = ['type', 'anyOf', 'oneOf', 'enum', 'const', 'minLength', 'format'];

/** One fault for each key or value: alternatives that were all missed are one mistake. */
function mostTelling(faults: readonly Fault[]): readonly Fault[] {
  const alternatives = faults.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const isBranch = ({ schemaPath, instancePath }: Fault) =>
    alternatives.some(
      (whole) =>
        isWithin(instancePath, whole.instancePath) && schemaPath.startsWith(`${whole.schemaPath}/`),
    );
  const rank = ({ keyword }: Fault) =>
    precedence.includes(keyword) ? precedence.indexOf(keyword) : precedence.length;
  const ranked = faults.filter((fault) => !isBranch(fault)).sort((a, b) => rank(a) - rank(b));
  const byPlace = new Map<string, Fault>();
  for (const fault of ranked) {
    if (fault.propertyName !== undefined) continue;
    const place = under(fault.instancePath, keyOf(fault));
    if (!byPlace.has(place)) byPlace.set(place, fault);
  }
  return [...byPlace.values()];
}

/** The key that a fault is about, where it is not about the value itself. */
function keyOf({ params }: Fault): string {
  const { additionalProperty, missingProperty, propertyName } = params;
  const named = [additionalProperty, missingProperty, propertyName];
  return named.find((name) => typeof name === 'string') ?? '';
}

/** The schema that was not met; Ajv types it as anything. */
function schemaIn(fault: Fault): Schema {
  const schema: unknown = fault.parentSchema;
  return isMapping(schema) ? (schema as Schema) : {};
}

interface Found {
  /** For people; never any part of a secret. */
  readonly words: string;
  /** The text itself, where it may be quoted. */
  readonly text?: string;
}

function found(value: unknown, pointer: string, schema: Schema, report: Report): Found {
  if (Array.isArray(value)) return { words: 'a list' };
  if (isMapping(value)) return { words: 'a mapping' };
  const place = report.placeOf(pointer);
  // What was filled in for a variable may be a secret at the wrong place.
  if (place?.filledIn !== undefined) return { words: `the value of ${place.filledIn}` };
  const mayHoldSecret = ['secret', 'uri'].includes(schema.format ?? '');
  if (mayHoldSecret || schema.type === 'object' || schema.type === 'array')
    return { words: typeof value === 'string' ? 'text' : `a ${typeof value}` };
  const text = place?.text ?? String(value);
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  if (typeof value === 'string') return { words: JSON.stringify(shown), text };
  return { words: typeof value === 'number' ? `the number ${shown}` : shown, text };
}

function valueWords(fault: Fault, schema: Schema, { words, text }: Found): string {
  const limit = limitOf(fault);
  const expected = `expected ${expectation(schema)}, found ${words}`;
  switch (fault.keyword) {
    case 'type':
    case 'anyOf':
    case 'oneOf':
    case 'enum':
    case 'format':
      return `${expected}${fix(schema, text)}`;
    case 'minLength':
      return limit === '1' ? 'is empty' : `is shorter than ${limit} characters`;
    case 'maxLength':
      return `is longer than ${limit} characters`;
    case 'minimum':
      return `expected at least ${limit}, found ${words}`;
    case 'maximum':
      return `expected at most ${limit}, found ${words}`;
    case 'formatExclusiveMinimum':
      return `has to be more than ${limit}`;
    case 'minProperties':
      return 'is empty; write at least one entry';
    case 'minItems':
      return `needs at least ${limit} ${limit === '1' ? 'entry' : 'entries'}`;
    case 'maxItems':
      return `has more than ${limit} entries`;
    case 'uniqueItems':
      return 'names the same twice';
    case 'pattern':
      return `expected text that matches ${schema.pattern}, found ${words}`;
    default:
      return fault.message ?? 'is not valid';
  }
}

function limitOf({ params: { limit } }: Fault): string {
  return typeof limit === 'string' || typeof limit === 'number' ? `${limit}` : '';
}

const typeWords: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  string: 'text',
};

const formatWords: Readonly<Record<string, string>> = {
  duration: 'a duration such as 10s',
  size: 'a size such as 64MiB',
  uri: 'a URL such as https://example.com/path',
  email: 'an e-mail address',
  hostname: 'the name of a host',
  regex: 'a regular expression',
  listen: 'HOST:PORT such as 127.0.0.1:9180, unix:///path, or none',
};

function expectation(schema: Schema): string {
  return listedWords(alternatives(schema));
}

function alternatives(schema: Schema): readonly string[] {
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap(alternatives);
  if (schema.enum !== undefined) return schema.enum.map(String);
  const words = formatWords[schema.format ?? ''] ?? typeWords[schema.type ?? ''] ?? 'another value';
  const [example] = schema.examples ?? [];
  if (isMapping(example)) return [`${words} such as ${JSON.stringify(example)}`];
  // With a type of its own a schema is no alternative, and what it falls short of is a fault of its own.
  const limit = schema.type === undefined ? schema.formatExclusiveMinimum : undefined;
  return [limit === undefined ? words : `${words} (more than ${limit})`];
}

function listedWords(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** What to write instead, where that can be told from the text. */
function fix(schema: Schema, text: string | undefined): string {
  const formats = [schema, ...(schema.anyOf ?? [])].map(({ format }) => format);
  const words = [schema, ...(schema.anyOf ?? [])].flatMap((one) => one.enum ?? []).map(String);
  const meant = text === undefined ? '' : didYouMean(text, words);
  if (meant !== '') return meant;
  if (formats.includes('duration') && durationMs(text ?? '') === undefined)
    return `; ${durationFix(text ?? '')}`;
  if (formats.includes('size')) return `; ${sizeFix(text ?? '')}`;
  const fault = formats.includes('regex') && text !== undefined ? regexFault(text) : undefined;
  return fault === undefined ? '' : `: ${fault}`;
}

function lowered(description: string): string {
  return `${description.charAt(0).toLowerCase()}${description.slice(1).replace(/\.$/, '')}`;
}
