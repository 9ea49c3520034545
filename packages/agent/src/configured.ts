import { existsSync } from 'node:fs';
import { loadConfig } from './config/load.ts';
import type { LoadedConfig } from './config/model.ts';
import { ConfigError } from './config/problem.ts';
import { secretsIn } from './config/secrets.ts';
import { configFromEnvironment } from './predecessors/environment.ts';
import type { PredecessorSettings } from './predecessors/settings.ts';
import { defaultSinksDirectory, findSinks, type ListedCatalogue } from './sinks/catalogue.ts';

/** Where the configuration is when nothing else is said. */
export const defaultConfigPath = '/etc/tallyman/config.yaml';

export interface ConfigChoice {
  /** `--config`. */
  readonly config?: string;
  /** `--sinks-dir`, as often as given. */
  readonly sinksDir: readonly string[];
  /** docker-logentries' flags, where some were given. */
  readonly flags?: PredecessorSettings | undefined;
}

/** A configuration and where it came from. */
export interface Configured {
  readonly config: LoadedConfig;
  /** The file's path, or `environment`. */
  readonly source: string;
  /** Where there is no file: the file that would say the same, tokens masked. */
  readonly equivalent?: string;
}

/** Finds and loads the configuration: `--config`, `TALLYMAN_CONFIG`, the default file, else the environment. */
export async function configured(choice: ConfigChoice): Promise<Configured> {
  const catalogue = catalogueOf(choice);
  const { env } = process;
  const named = choice.config ?? env.TALLYMAN_CONFIG;
  const path = named ?? (existsSync(defaultConfigPath) ? defaultConfigPath : undefined);
  if (path !== undefined) {
    refuseFlags(choice, path);
    const config = await loadConfig({ path, env, catalogue });
    forgetSecrets(config);
    return { config, source: path };
  }
  const { config, yaml } = await configFromEnvironment({
    env,
    catalogue,
    flags: choice.flags,
  });
  forgetSecrets(config);
  return { config, source: 'environment', equivalent: yaml };
}

/** Beside a file the flags would count for nothing, and nobody would notice. */
function refuseFlags({ flags }: ConfigChoice, path: string): void {
  if (flags === undefined) return;
  const message = `${path} is the configuration, and these flags of docker-logentries count only where there is none; put into it what they say (docs/guides/migrate.md), or leave it out`;
  const at = { file: 'command line', line: 1, column: 1, path: flags.flags.join(', ') };
  throw new ConfigError([{ ...at, message }]);
}

// Sinks run in this process. What one is not given it should not find lying about either; against one that
// means harm this is no protection.
function forgetSecrets({ admin, sinks }: LoadedConfig): void {
  const ofSinks = sinks.flatMap(({ tokens, options }) => secretsIn({ tokens, options }));
  const secrets = new Set([...ofSinks, ...secretsIn(admin.token)]);
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && secrets.has(value)) delete process.env[name];
}

/** The sinks that can be chosen: those of `--sinks-dir` and the default folder beside the built-in ones. */
export function catalogueOf({ sinksDir }: Pick<ConfigChoice, 'sinksDir'>): ListedCatalogue {
  const named = sinksDir.map((path) => ({ path, presence: 'must-exist' as const }));
  return findSinks([...named, defaultSinksDirectory]);
}
