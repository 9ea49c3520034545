import { loadConfig } from '../../src/config/load.ts';
import type { LoadedConfig } from '../../src/config/model.ts';
import { ConfigError, printedProblem } from '../../src/config/problem.ts';
import { catalogue } from './catalogue.ts';

type Env = Readonly<Record<string, string>>;

/** Loads a text as if it were the file `c.yaml`. */
export function load(text: string, env: Env = {}): Promise<LoadedConfig> {
  return loadConfig({ path: 'c.yaml', text, env, catalogue });
}

/** What is said about a text that does not load, a line a problem; empty where it loads. */
export async function complaints(text: string, env: Env = {}): Promise<readonly string[]> {
  return complaintsOf(() => load(text, env));
}

/** The same for any way of loading. */
export async function complaintsOf(loading: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await loading();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(printedProblem);
    throw error;
  }
}
