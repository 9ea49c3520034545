import { catalogueOf } from '../configured.ts';
import type { CommonOptions } from './options.ts';
import { printLines, table } from './output.ts';

/** `tallyman sinks`: the sinks that a configuration can choose. Runs no code of theirs. */
export async function sinks(options: CommonOptions): Promise<number> {
  const rows = catalogueOf(options)
    .list()
    .map(({ type, origin }) => [type, origin]);
  printLines(table([['SINK', 'FROM'], ...rows]));
  return 0;
}
