import { closeSync, existsSync, openSync } from 'node:fs';
import { Secret } from '@tallyman/sdk';
import { loadAdmin } from '../config/admin.ts';
import type { AdminConfig } from '../config/model.ts';
import type { Environment } from '../config/source.ts';
import { UsageError } from './usage-error.ts';

/** Where the agent's admin endpoint is, and what opens it. */
export interface AdminAddress {
  /** Without credentials, query and fragment; its path ends with `/`. */
  readonly url: URL;
  /** Where the endpoint is a unix socket. */
  readonly socketPath?: string;
  readonly token?: Secret;
  /** Who said so, for messages. */
  readonly source: string;
}

export interface AddressChoice {
  /** `--admin`: a URL, HOST:PORT, or `unix:///path`. */
  readonly admin?: string | undefined;
  /** `--config`. */
  readonly config?: string | undefined;
}

const defaultAddress = '127.0.0.1:9180';

/**
 * Finds the address: `--admin`, `TALLYMAN_ADMIN`, else `admin.listen` of the agent's configuration file. The token:
 * `TALLYMAN_ADMIN_TOKEN`, else `admin.token` of that file. A file that is only there by default does not lend its
 * token to an address that it does not name.
 */
export async function adminAddress(
  choice: AddressChoice,
  { env, defaultConfigPath }: { readonly env: Environment; readonly defaultConfigPath: string },
): Promise<AdminAddress> {
  const named = choice.admin ?? (env.TALLYMAN_ADMIN || undefined);
  const ownToken = env.TALLYMAN_ADMIN_TOKEN ? new Secret(env.TALLYMAN_ADMIN_TOKEN) : undefined;
  const path = choice.config ?? env.TALLYMAN_CONFIG ?? readable(defaultConfigPath);
  const isFileRead = path !== undefined && (named === undefined || choice.config !== undefined);
  const file = isFileRead ? await loadAdmin({ path, env }) : undefined;
  const token = ownToken ?? file?.token;
  const withToken = token === undefined ? {} : { token };
  if (named !== undefined) {
    const source = choice.admin === undefined ? 'TALLYMAN_ADMIN' : '--admin';
    return { ...placeFrom(named, source), source, ...withToken };
  }
  if (file === undefined) {
    const isHidden = existsSync(defaultConfigPath);
    const source = `the default${isHidden ? `, as ${defaultConfigPath} may not be read by this user` : ''}`;
    return { ...placeFrom(defaultAddress, ''), source, ...withToken };
  }
  return { ...placeOfListener(file, `${path}`), source: `${path}`, ...withToken };
}

type Place = Pick<AdminAddress, 'url' | 'socketPath'>;

/** The agent's file has tokens in it and may be for its user alone; the address need not be. */
function readable(path: string): string | undefined {
  try {
    closeSync(openSync(path, 'r'));
    return path;
  } catch {
    return undefined;
  }
}

function placeFrom(text: string, source: string): Place {
  const [, socketPath] = /^unix:\/\/(\/.+)$/.exec(text) ?? [];
  // The endpoint answers to this name, whatever it listens on.
  if (socketPath !== undefined) return { url: new URL('http://localhost/'), socketPath };
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hostname === '')
    throw new UsageError(
      `${source}: expected the address of the admin endpoint, such as http://${defaultAddress} or unix:///path`,
    );
  if (url.username !== '' || url.password !== '')
    throw new UsageError(
      `${source}: the address has a user or password in it, which others can see; remove it, and set TALLYMAN_ADMIN_TOKEN`,
    );
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return { url };
}

/** Where to reach what listens there: on all addresses means on the local one, too. */
function placeOfListener({ address, listen }: AdminConfig, path: string): Place {
  const at = `${path}: admin.listen`;
  switch (address.kind) {
    case 'none':
      throw new UsageError(
        `${at} is none: this agent has no endpoint; set it to ${defaultAddress}`,
      );
    case 'unix':
      return placeFrom(listen, at);
    case 'tcp': {
      if (address.port === 0)
        throw new UsageError(
          `${at} leaves the port to the system, so that it cannot be known here; name the address: --admin HOST:PORT`,
        );
      const host = localOf.get(address.host) ?? address.host;
      return placeFrom(`${host.includes(':') ? `[${host}]` : host}:${address.port}`, at);
    }
  }
}

const localOf = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/** For messages. */
export function placeText({ url, socketPath }: Place): string {
  return socketPath === undefined ? url.origin : `unix://${socketPath}`;
}
