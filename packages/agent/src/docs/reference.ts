import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtInSinks } from '../sinks/built-in.ts';
import { findSinks } from '../sinks/catalogue.ts';
import { metricsPage } from './metrics-page.ts';
import { sinkPage } from './sink-page.ts';

/** The pages of the reference that are written from the code, by the name of their file. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  // Of the sinks that come with the agent, whatever is installed on this machine.
  const catalogue = findSinks([]);
  const pages = builtInSinks.map(
    async ({ type }) => [`sink-${type}.md`, await sinkPage(type, catalogue)] as const,
  );
  return new Map([['metrics.md', metricsPage()], ...(await Promise.all(pages))]);
}

/** Writes {@link referencePages} into a folder. */
export async function writeReference(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of await referencePages()) await writeFile(join(folder, name), text);
}
