import { addressText, type EngineAddress } from '@tallyman/core';
import { messageOf } from '@tallyman/sdk';
import { tlsFinding } from './engine-tls.ts';
import { causeCodeOf, isUnknownHost } from './error-codes.ts';
import type { Finding } from './finding.ts';

/** Why an engine that is reached over the network did not answer. */
export function unreachedHost(
  address: Extract<EngineAddress, { readonly kind: 'tcp' }>,
  error: unknown,
): Finding {
  const code = causeCodeOf(error);
  const about = { severity: 'problem', where: [addressText(address)] } as const;
  if (isUnknownHost(code))
    return {
      ...about,
      code: 'engine.unknown_host',
      what: `the name ${address.host} cannot be resolved (${code})`,
      todo: 'correct the name in engine.host, or DOCKER_HOST; a name of a compose service is known only in its network',
    };
  if (code === 'ECONNREFUSED')
    return {
      ...about,
      code: 'engine.down',
      what: `nothing listens there (${code})`,
      todo: `start what should listen on port ${address.port}: the daemon with dockerd -H tcp://…:${address.port}, or the socket proxy; or correct engine.host`,
    };
  if (address.tls !== undefined) {
    const finding = tlsFinding(address, code, messageOf(error));
    if (finding !== undefined) return finding;
  }
  return {
    ...about,
    code: 'engine.unreachable',
    what: `it cannot be reached (${code || messageOf(error)})`,
    todo: 'correct engine.host, or let the connection through the firewall in between',
  };
}
