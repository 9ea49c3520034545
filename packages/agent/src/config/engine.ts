import { homedir } from 'node:os';
import { join } from 'node:path';
import type { EngineAddress, EngineConfig, EngineTls } from './model.ts';
import type { Report } from './report.ts';
import type { Environment } from './source.ts';

const standardHost = 'unix:///var/run/docker.sock';
const [plainPort, tlsPort] = [2375, 2376];

/** What the file says about the engine. */
export interface WrittenEngine {
  readonly host?: string;
  readonly tls?: EngineTls;
}

/** How the engine is reached: as the file says, else as DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH say. */
export function engineFrom(written: WrittenEngine, env: Environment, report: Report): EngineConfig {
  const fromEnv = written.host === undefined && isSet(env.DOCKER_HOST);
  const host = written.host ?? (env.DOCKER_HOST || standardHost);
  const named = fromEnv ? `DOCKER_HOST (${shown(host)})` : shown(host);
  const wrong = (message: string): EngineConfig => {
    report.atValue('/engine/host', fromEnv ? 'environment' : 'value', message);
    return { host, address: { kind: 'unix', socketPath: '' } };
  };

  const [, scheme = '', rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/.exec(host) ?? [];
  switch (scheme.toLowerCase()) {
    case 'unix':
      if (!rest.startsWith('/')) return wrong(`${named}: unix:// takes an absolute path`);
      if (written.tls !== undefined)
        report.atKey(
          '/engine/tls',
          'contradiction',
          'TLS is for tcp addresses; remove it, a unix socket has none',
        );
      return { host, address: { kind: 'unix', socketPath: rest } };
    case 'tcp':
    case 'http':
    case 'https':
      break;
    case 'ssh':
      return wrong(
        `${named}: ssh is not supported; use a unix or tcp address, or an SSH tunnel: ssh -NL /tmp/docker.sock:/var/run/docker.sock HOST`,
      );
    default:
      return wrong(`${named}: expected unix:///path, tcp://, http:// or https://host:port`);
  }

  const tls = written.tls ?? tlsFrom(env) ?? (scheme === 'https' ? {} : undefined);
  if (scheme === 'http' && written.tls !== undefined)
    report.atKey(
      '/engine/tls',
      'contradiction',
      'http:// is without TLS; write https:// or tcp://',
    );
  if ((tls?.cert === undefined) !== (tls?.key === undefined))
    report.atKey('/engine/tls', 'contradiction', 'cert and key go together; write both or none');
  const address = tcpAddress(host, scheme === 'http' ? undefined : tls);
  if (address === undefined) return wrong(`${named}: expected ${scheme}://host:port`);
  return { host, address };
}

function tcpAddress(host: string, tls: EngineTls | undefined): EngineAddress | undefined {
  const url = URL.parse(host.replace(/^[A-Za-z]+:/, 'x:'));
  const isPlain = url?.username === '' && url.password === '' && url.search === '';
  if (url === null || !isPlain || url.hostname === '' || !['', '/'].includes(url.pathname))
    return undefined;
  const port = url.port === '' ? (tls === undefined ? plainPort : tlsPort) : Number(url.port);
  const address = { kind: 'tcp', host: url.hostname.replace(/^\[|\]$/g, ''), port } as const;
  return tls === undefined ? address : { ...address, tls };
}

function tlsFrom(env: Environment): EngineTls | undefined {
  if (!isSet(env.DOCKER_TLS_VERIFY)) return undefined;
  const directory = env.DOCKER_CERT_PATH || join(homedir(), '.docker');
  return {
    ca: join(directory, 'ca.pem'),
    cert: join(directory, 'cert.pem'),
    key: join(directory, 'key.pem'),
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/** An address may carry credentials. */
function shown(host: string): string {
  return host.replace(/\/\/[^@/]*@/, '//…@');
}
