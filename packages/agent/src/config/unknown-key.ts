import { grammar, type Schema } from './grammar.ts';
import { reservedKeys } from './grammar-sink.ts';
import { nearest } from './nearest.ts';
import { pathOf, segmentsOf } from './pointer.ts';

const anySink = 'NAME';
const mostListed = 12;

/** What a sink of the file brings to the keys that could be meant. */
export type OptionNames = (sink: string) => readonly string[];

/** Says what is wrong with a key that is not known where it stands, and what was probably meant. */
export function unknownKeyWords(
  key: string,
  {
    holder,
    known,
    optionNames,
  }: { holder: string; known: readonly string[]; optionNames: OptionNames },
): string {
  const segments = segmentsOf(holder);
  const isOption = segments[0] === 'sinks' && segments[2] === 'options';
  if (reservedKeys.has(key) && !isOption) return 'is reserved for a later version; remove it';
  const near = nearest(key, known);
  const elsewhere = placesOf(key, segments, optionNames);
  if (elsewhere.length > 0 && elsewhere.length <= 2)
    return `unknown key; ${key} belongs under ${elsewhere.join(' or ')}`;
  if (near !== undefined) return `unknown key; did you mean ${near}?`;
  if (known.length === 0) return 'unknown key; nothing is known here';
  const listed = known.length > mostListed ? [...known.slice(0, mostListed), '…'] : known;
  return `unknown key; known here: ${listed.join(', ')}`;
}

/** Where else in the grammar a key of exactly this name is at home. */
function placesOf(key: string, holder: readonly string[], optionNames: OptionNames): string[] {
  const sink = holder[0] === 'sinks' ? (holder[1] ?? anySink) : anySink;
  const options = holder[0] === 'sinks' && optionNames(sink).includes(key);
  const homes = homesOf(grammar).filter(({ name }) => name === key);
  const paths = homes.map(({ path }) => pathIn(path, sink));
  if (options) paths.unshift(pathIn(['sinks', anySink, 'options'], sink));
  // Inside a sink its own keys are meant rather than those of the whole file.
  const own = paths.filter((path) => path.startsWith(pathIn(['sinks', anySink], sink)));
  return [...new Set(holder[0] === 'sinks' && own.length > 0 ? own : paths)];
}

function pathIn(path: readonly string[], sink: string): string {
  const named = path.map((segment) => (segment === anySink ? sink : segment));
  return named.length === 0 ? 'the top level' : pathOf(`/${named.join('/')}`);
}

interface Home {
  readonly name: string;
  readonly path: readonly string[];
}

function homesOf(schema: Schema, path: readonly string[] = []): readonly Home[] {
  const own = Object.keys(schema.properties ?? {}).map((name) => ({ name, path }));
  const deeper = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    homesOf(inner, [...path, name]),
  );
  const { additionalProperties } = schema;
  if (typeof additionalProperties !== 'object') return [...own, ...deeper];
  return [...own, ...deeper, ...homesOf(additionalProperties, [...path, anySink])];
}
