import { catalogueOf } from '../configured.ts';
import type { ListedSink } from '../sinks/listed.ts';
import type { CommonOptions } from './options.ts';
import { printJson, printLines, table } from './output.ts';

export interface SinksOptions extends CommonOptions {
  /** For machines: one JSON object instead of the text. */
  readonly json: boolean;
}

/** `tallyman sinks`: the sinks that a configuration can choose. Runs no code of those that do not come with the agent. */
export async function sinks(options: SinksOptions): Promise<number> {
  const listed = await catalogueOf(options).list();
  if (options.json) printJson({ version: 1, sinks: listed });
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
