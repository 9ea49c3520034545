import { existsSync } from 'node:fs';

/** Where the configuration is when nothing else is said. */
export const defaultConfigPath = '/etc/tallyman/config.yaml';

/** Where the admin endpoint listens when nothing else is said. */
export const defaultAdminListen = '127.0.0.1:9180';

/** The configuration file: as named, else as TALLYMAN_CONFIG says, else the default one where it is there. */
export function configPath(named: string | undefined): string | undefined {
  return (
    named ??
    process.env.TALLYMAN_CONFIG ??
    (existsSync(defaultConfigPath) ? defaultConfigPath : undefined)
  );
}
