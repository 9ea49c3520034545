import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { svgOf } from '../plot/svg.ts';
import type { Result } from '../result.ts';
import { benchmarksPage, plotFile } from './page.ts';

/** Writes the page, and the plot where there is one, into a folder. */
export async function writePage(results: readonly Result[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'benchmarks.md'), benchmarksPage(results));
  const charts = results.flatMap(({ charts: of = [] }) => of);
  if (charts.length > 0) await writeFile(join(folder, plotFile), svgOf(charts));
}
