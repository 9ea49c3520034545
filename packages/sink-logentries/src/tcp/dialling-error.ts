import { messageOf, retryable, type SinkError } from '@tallyman/sdk';
import type { Destination } from '../destination.ts';

/** The error for a connection that did not come about: what happened, and what to do about it. */
export function diallingError(cause: unknown, destination: Destination): SinkError {
  const first = firstOf(cause);
  const code = codeOf(first) ?? '';
  const what = messageOf(first) || code || 'no connection';
  const todo = adviceFor(code, destination);
  const message = `connecting to ${nameOf(destination)}: ${what}${todo && `; ${todo}`}`;
  return retryable(message, { cause: first });
}

/** As people write it. */
export function nameOf({ host, port }: Destination): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Of a name with several addresses, each that failed has an error; the first stands for all. */
function firstOf(cause: unknown): unknown {
  if (typeof cause !== 'object' || cause === null || !('errors' in cause)) return cause;
  return Array.isArray(cause.errors) ? (cause.errors[0] ?? cause) : cause;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Errors that a certificate to trust would mend. */
export const untrustedCodes: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

export function untrustedAdvice(host: string): string {
  return `the certificate of ${host} is not trusted; give its authority's certificate as options.ca`;
}

function adviceFor(code: string, { host, tls }: Destination): string {
  if (untrustedCodes.has(code)) return untrustedAdvice(host);
  if (tls && (code === 'EPROTO' || code.startsWith('ERR_SSL_')))
    return `${host} does not speak TLS at this port; correct options.port, or set options.tls to false`;
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate is not one for ${host}; correct options.host`;
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `the certificate of ${host} is not valid now; renew it, or correct the clock of this machine`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'check options.region or options.host, and the DNS of this machine';
    case 'ECONNREFUSED':
      return 'nothing listens there; check options.host and options.port';
    case 'ECONNRESET':
      return tls ? 'it hung up before TLS was agreed; check options.port and options.tls' : '';
    default:
      return '';
  }
}
