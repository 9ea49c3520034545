import { addressText } from '@tallyman/core';
import { messageOf } from '@tallyman/sdk';
import { unreachedHost } from './engine-network.ts';
import { unreachedSocket } from './engine-socket.ts';
import { secretFiles } from './engine-tls.ts';
import { causeCodeOf } from './error-codes.ts';
import type { Examined, Ping } from './examination.ts';
import type { Finding } from './finding.ts';

/** Whether what `engine.host` names can be reached, and is an engine. */
export async function examineReach(examined: Examined): Promise<readonly Finding[]> {
  const ping = await examined.ping;
  return [...(await pinged(ping, examined)), ...dockerHost(examined)];
}

async function pinged(ping: Ping, { config, host }: Examined): Promise<readonly Finding[]> {
  switch (ping.kind) {
    case 'unaddressed':
      return [secretFiles(config.engine, messageOf(ping.error))];
    case 'silent':
      return [silent(ping)];
    case 'answered':
      return answered(ping);
    case 'failed':
      break;
  }
  const { address, error } = ping;
  const code = causeCodeOf(error);
  if (code.startsWith('HPE_') || code === 'ECONNRESET' || code === 'EPIPE')
    if (address.kind === 'unix' || address.tls === undefined)
      return [notAnEngine(addressText(address), `it does not answer in HTTP (${code})`)];
  return address.kind === 'unix'
    ? [await unreachedSocket(address.socketPath, code, host)]
    : [unreachedHost(address, error)];
}

function silent({ address, limitMs }: Extract<Ping, { readonly kind: 'silent' }>): Finding {
  const isLocal = address.kind === 'unix';
  return {
    code: 'engine.silent',
    severity: 'problem',
    where: [addressText(address)],
    what: `the connection is not answered within ${limitMs} ms`,
    todo: isLocal
      ? 'the daemon hangs: sudo systemctl restart docker'
      : 'see whether a firewall drops the connection, and whether the daemon hangs: sudo systemctl restart docker on its host',
  };
}

function answered({
  address,
  answer: { status, said, apiVersion },
}: Extract<Ping, { readonly kind: 'answered' }>): readonly Finding[] {
  const where = addressText(address);
  if (status === 400 && /HTTPS server/i.test(said))
    return [
      {
        code: 'engine.tls_missing',
        severity: 'problem',
        where: [where],
        what: 'the engine speaks TLS there, and is addressed without',
        todo: 'write engine.tls with ca, cert and key; or, with DOCKER_HOST, set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH',
      },
    ];
  // A proxy's refusal and an engine's failure are the matter of the examination of endpoints.
  if (status === 403 || status >= 500) return [];
  if (status === 200 && (apiVersion !== undefined || said.trim() === 'OK')) return [];
  return [notAnEngine(where, `it answers GET /_ping with ${status}`)];
}

function notAnEngine(where: string, what: string): Finding {
  return {
    code: 'engine.not_an_engine',
    severity: 'problem',
    where: [where],
    what: `what listens there is no Docker engine: ${what}`,
    todo: 'correct engine.host, or DOCKER_HOST; `docker context inspect` shows the address that the docker command uses',
  };
}

/** The environment says one address and the configuration another: the docker command then talks to another engine. */
function dockerHost({ config, host }: Examined): readonly Finding[] {
  const { DOCKER_HOST: named = '' } = host.env;
  if (named === '' || named === config.engine.host) return [];
  return [
    {
      code: 'engine.docker_host',
      severity: 'warning',
      where: [withoutCredentials(named)],
      what: `DOCKER_HOST names another engine than engine.host (${withoutCredentials(config.engine.host)}), which counts`,
      todo: 'unset DOCKER_HOST, or leave engine.host out of the configuration to have DOCKER_HOST count',
    },
  ];
}

function withoutCredentials(address: string): string {
  return address.replace(/\/\/[^@/]*@/, '//…@');
}
