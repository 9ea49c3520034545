import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { schemaText } from '../config/schema.ts';
import { builtInSinks } from '../sinks/built-in.ts';
import { findSinks } from '../sinks/catalogue.ts';
import { cliPage } from './cli-page.ts';
import { configPage } from './config-page.ts';
import { errorsPage } from './errors-page.ts';
import { indexPage } from './index-page.ts';
import { metricsPage } from './metrics-page.ts';
import { sinkPage } from './sink-page.ts';

/** All that is written from the code: the pages of the reference and the schema for editors, by path in the repository. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  // Of the sinks that come with the agent, whatever is installed on this machine.
  const catalogue = findSinks([]);
  const types = builtInSinks.map(({ type }) => type);
  const sinks = await Promise.all(types.map((type) => catalogue.definition(type)));
  const sinkPages = types.map(
    async (type) => [`docs/reference/sink-${type}.md`, await sinkPage(type, catalogue)] as const,
  );
  return new Map([
    ['config/tallyman.schema.json', await schemaText(catalogue)],
    ['docs/reference/README.md', indexPage(sinks)],
    ['docs/reference/cli.md', cliPage()],
    ['docs/reference/config.md', configPage(types)],
    ['docs/reference/errors.md', await errorsPage(catalogue)],
    ['docs/reference/metrics.md', metricsPage()],
    ...(await Promise.all(sinkPages)),
  ]);
}

/** Writes {@link generatedFiles} into a checkout of the repository. */
export async function writeGenerated(root: string): Promise<void> {
  for (const [path, text] of await generatedFiles()) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}
