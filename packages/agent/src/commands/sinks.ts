import { SinkUnavailable } from '../config/catalogue.ts';
import { catalogueOf } from '../configured.ts';
import { sinkExample } from '../docs/sink-example.ts';
import { type DescribedSink, sinkText } from '../docs/sink-text.ts';
import type { ListedCatalogue } from '../sinks/catalogue.ts';
import { type ListedSink, wordsOf } from '../sinks/listed.ts';
import type { CommonOptions } from './options.ts';
import { complain, printJson, printLines, table } from './output.ts';

export interface SinksOptions extends CommonOptions {
  /** Only this one, with its options. Absent: all. */
  readonly name: string | undefined;
  /** For machines: one JSON object instead of the text. */
  readonly json: boolean;
}

/**
 * `tallyman sinks`: the sinks that a configuration can choose; runs no code of those that do not come with the agent.
 * With a name: that one's reference page, for which it is imported.
 */
export async function sinks(options: SinksOptions): Promise<number> {
  const catalogue = catalogueOf(options);
  return options.name === undefined
    ? list(catalogue, options)
    : describe(options.name, catalogue, options);
}

async function list(catalogue: ListedCatalogue, { json }: SinksOptions): Promise<number> {
  const listed = await catalogue.list();
  if (json) printJson({ version: 1, sinks: listed });
  else printLines(listing(listed));
  return listed.some(({ fault }) => fault !== undefined) ? 1 : 0;
}

function listing(listed: readonly ListedSink[]): readonly string[] {
  const faults = listed.flatMap(({ fault }) => fault ?? []);
  const refused = [...new Set(faults)].map((fault) => `  ${fault}`);
  return [
    ...table([['SINK', 'VERSION', 'STABILITY', 'KINDS', 'FROM'], ...listed.map(row)]),
    ...(refused.length === 0 ? [] : ['', 'Cannot be used:', ...refused]),
  ];
}

function row({ name, version, stability, kinds, origin, path }: ListedSink): readonly string[] {
  const from = path === undefined ? 'built in' : `${origin} ${path}`;
  return [name, version ?? '-', stability ?? '-', kinds?.join(', ') ?? '-', from];
}

async function describe(
  name: string,
  catalogue: ListedCatalogue,
  { json }: SinksOptions,
): Promise<number> {
  try {
    const definition = await catalogue.definition(name);
    const [listed, example] = [
      await catalogue.listed(name),
      await sinkExample(name, definition, catalogue),
    ];
    const described = { name, listed, definition, example };
    if (json) printJson(descriptionJson(described));
    else printLines(sinkText(described));
    return 0;
  } catch (error) {
    // An unknown name is a mistake of usage; this is none.
    if (!(error instanceof SinkUnavailable) || error.reason === 'unknown') throw error;
    complain(error.message.split('\n'));
    return 1;
  }
}

function descriptionJson({ name, listed, definition, example }: DescribedSink): object {
  const { summary, stability, accepts, token, options } = definition;
  const sink = { ...listed, name, summary, stability, kinds: wordsOf(accepts), token };
  return { version: 1, sink: { ...sink, options, example: example.yaml } };
}
