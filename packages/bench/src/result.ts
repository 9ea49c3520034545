import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '@tallyman/sdk';
import { textAt, valueAt } from '@tallyman/testkit/docker';
import type { Machine } from './measure/machine.ts';
import type { Report } from './report.ts';

/** A benchmark's report with all that is needed to judge it. */
export interface Result extends Report {
  readonly name: string;
  readonly about: string;
  /** When it began, RFC 3339. */
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
}

/** What `--json` writes. */
export interface ResultFile {
  readonly tallymanBench: 1;
  readonly results: readonly Result[];
}

/** The results of files that `--json` wrote; of a benchmark in several, the last. Throws where machines differ. */
export async function resultsFrom(files: readonly string[]): Promise<readonly Result[]> {
  const byName = new Map<string, Result>();
  for (const file of files)
    for (const result of await resultsIn(file)) byName.set(result.name, result);
  const results = [...byName.values()];
  const other = results.find(({ machine }) => !isDeepStrictEqual(machine, results[0]?.machine));
  if (other !== undefined)
    throw new Error(
      `reading results: "${other.name}" and "${results[0]?.name}" come from different machines or engines`,
    );
  return results;
}

async function resultsIn(file: string): Promise<readonly Result[]> {
  const text = await readFile(file, 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Error(`reading results from ${file}: ${messageOf(cause)}`, { cause });
  }
  const results = valueAt(json, 'results');
  if (valueAt(json, 'tallymanBench') !== 1 || !Array.isArray(results))
    throw new Error(`reading results from ${file}: "pnpm bench NAME --json FILE" did not write it`);
  for (const result of results) textAt(result, 'name');
  return results;
}
