import type { SinkDefinition } from '@tallyman/sdk';
import { type ListedSink, wordsOf } from '../sinks/listed.ts';
import { sectionsOf } from './options.ts';
import { optionRow } from './schema-words.ts';
import type { SinkExample } from './sink-example.ts';

/** What `tallyman sinks NAME` shows. */
export interface DescribedSink {
  readonly name: string;
  /** What was known of it before it was loaded; absent where it was not listed. */
  readonly listed: ListedSink | undefined;
  readonly definition: SinkDefinition;
  readonly example: SinkExample;
}

// Of a terminal, and of what is piped into a file or a pager alike.
const width = 80;

/** The reference page of a sink as lines of text. */
export function sinkText({ name, listed, definition, example }: DescribedSink): readonly string[] {
  const heading = [name, ...(listed?.version === undefined ? [] : [listed.version])].join(' ');
  return [
    heading,
    '',
    ...wrapped(definition.summary, 0),
    '',
    ...facts(definition, listed),
    ...optionLines(definition),
    '',
    ...(example.open.length === 0 ? ['Example:'] : ['Example, which does not load as it stands:']),
    '',
    ...indented(example.yaml),
    ...example.open.flatMap((line) => ['', ...wrapped(line, 2)]),
    ...(example.lane === '' ? [] : ['', 'Where the file says nothing:', '']),
    ...indented(example.lane),
  ];
}

function facts(definition: SinkDefinition, listed: ListedSink | undefined): readonly string[] {
  const { accepts, token, stability } = definition;
  const said = listed?.stability;
  const differs = said !== undefined && said !== stability;
  return twoColumns([
    ['from', [listed?.path ?? (listed === undefined ? 'an npm package' : 'built in')]],
    ['stability', [differs ? `${stability} (its package.json says ${said})` : stability]],
    ['accepts', [wordsOf(accepts).join(', ')]],
    ['token', [tokenWords[token]]],
  ]);
}

const tokenWords: Readonly<Record<SinkDefinition['token'], string>> = {
  required:
    'required: token, or tokens.logs, tokens.stats, tokens.events; a kind without one is not sent',
  optional: 'optional: token, or tokens.logs, tokens.stats, tokens.events',
  none: 'none',
};

function optionLines({ options }: SinkDefinition): readonly string[] {
  const all = sectionsOf('', options).flatMap((section) => section.options);
  if (all.length === 0) return ['', 'It has no options.'];
  const rows = all.map(({ path, schema, need }): Row => {
    const [name = '', value = '', otherwise = '', text = ''] = optionRow(
      path.replace(/^\./, ''),
      schema,
      need,
    ).map(plain);
    const fallback = otherwise === '' || need === 'required' ? otherwise : `default ${otherwise}`;
    return [name, [[value, fallback].filter((part) => part !== '').join('; '), text]];
  });
  return ['', 'Options, under sinks.NAME.options:', '', ...twoColumns(rows)];
}

/** A cell, and the paragraphs beside it. */
type Row = readonly [name: string, paragraphs: readonly string[]];

// A longer name has a line of its own.
const widestName = 26;

function twoColumns(rows: readonly Row[]): readonly string[] {
  const fitting = rows.map(([name]) => name.length).filter((length) => length <= widestName);
  const indent = Math.max(...fitting, 0) + 4;
  return rows.flatMap(([name, paragraphs]) => {
    const head = `  ${name}`;
    const lines = paragraphs.flatMap((text) => wrapped(text, indent));
    const [first = '', ...rest] = lines;
    if (name.length > indent - 4) return [head, ...lines];
    return [head.padEnd(indent) + first.slice(indent), ...rest];
  });
}

/** Without the marks of Markdown. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}

function indented(text: string): readonly string[] {
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`.trimEnd());
}

/** The text on lines that fit, each with so many spaces before it. A word that is too long has its own. */
function wrapped(text: string, indent: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, ...(line === '' ? [] : [line])].map((one) => ' '.repeat(indent) + one);
}
