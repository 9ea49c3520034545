import { systemClock } from '@tallyman/sdk';
import type { FileVersions } from './config/file-version.ts';
import { loadConfig } from './config/load.ts';
import type { LoadedConfig } from './config/model.ts';
import { configPath } from './config/places.ts';
import { ConfigError } from './config/problem.ts';
import { secretsIn } from './config/secrets.ts';
import { configFromEnvironment } from './predecessors/environment.ts';
import type { PredecessorSettings } from './predecessors/settings.ts';
import { defaultSinksDirectory, findSinks, type ListedCatalogue } from './sinks/catalogue.ts';

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
  /** When it was read, RFC 3339 in UTC. */
  readonly readAt: string;
  /** Where there is no file: the file that would say the same, tokens masked. */
  readonly equivalent?: string;
}

/** Where the configuration is, found once: `--config`, `TALLYMAN_CONFIG`, the default file, else the environment. */
export class Configuration {
  /** Absent: the environment is the configuration. */
  readonly path: string | undefined;
  readonly #choice: ConfigChoice;
  // As it was at first: what is taken from it as a token is removed from that of the process.
  readonly #env = { ...process.env };
  #files = new Map<string, string>();

  constructor(choice: ConfigChoice) {
    this.#choice = choice;
    this.path = configPath(choice.config);
  }

  /** The files that were read last, in the versions that were read: the configuration, and those that it fills in. */
  get files(): FileVersions {
    return this.#files;
  }

  /** Reads it, again at any time. Throws a `ConfigError` that holds every mistake. */
  async read(): Promise<Configured> {
    const readAt = new Date(systemClock.now()).toISOString();
    const { env, catalogue } = { env: this.#env, catalogue: catalogueOf(this.#choice) };
    if (this.path === undefined) {
      const { flags } = this.#choice;
      const { config, yaml } = await configFromEnvironment({ env, catalogue, flags });
      forgetSecrets(config);
      return { config, source: 'environment', readAt, equivalent: yaml };
    }
    refuseFlags(this.#choice, this.path);
    this.#files = new Map();
    const note = (path: string, version: string) => this.#files.set(path, version);
    const config = await loadConfig({ path: this.path, env, catalogue, note });
    forgetSecrets(config);
    return { config, source: this.path, readAt };
  }
}

/** Beside a file the flags would count for nothing, and nobody would notice. */
function refuseFlags({ flags }: ConfigChoice, path: string): void {
  if (flags === undefined) return;
  const message = `${path} is the configuration, and these flags of docker-logentries count only where there is none; put into it what they say (docs/guides/migrate.md), or leave it out`;
  const at = { file: 'command line', line: 1, column: 1, path: flags.flags.join(', ') };
  throw new ConfigError([{ ...at, kind: 'flag', message }]);
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
