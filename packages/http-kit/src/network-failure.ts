import { messageOf, retryable, type SinkError } from '@tallyman/sdk';
import { oneLine } from './one-line.ts';
import type { Redact } from './redact.ts';

export interface FailureContext {
  /** `posting 3 points to https://host/v1/points`. */
  readonly subject: string;
  /** Name and port that the request goes to. */
  readonly host: string;
  readonly redact: Redact;
  /** What to do about a code, where the sink knows better. */
  readonly advice: Readonly<Record<string, string>>;
}

/**
 * The error for a request that got no answer. The library's own error holds the headers, so of it only the
 * code and the words are kept.
 */
export function networkFailure(error: unknown, context: FailureContext): SinkError {
  const { subject, host, redact, advice } = context;
  const code = codeOf(error);
  const words = oneLine(redact(messageOf(error))) || code || 'no answer';
  const cause = Object.assign(new Error(words), code === undefined ? {} : { code });
  const todo = (code && advice[code]) ?? adviceFor(code ?? '', host);
  return retryable(`${subject}: ${words}${todo === undefined ? '' : `; ${todo}`}`, { cause });
}

/** The error for a request whose signal was aborted. */
export function abandoned(subject: string, signal: AbortSignal): SinkError {
  return retryable(`${subject}: stopped waiting for the answer`, { cause: signal.reason });
}

function codeOf(error: unknown): string | undefined {
  let link = error;
  // Where several addresses were tried, the first one's failure stands for all.
  for (let depth = 0; depth < 5 && typeof link === 'object' && link !== null; depth++) {
    if ('code' in link && typeof link.code === 'string') return link.code;
    link = 'cause' in link ? link.cause : undefined;
  }
  return undefined;
}

function adviceFor(code: string, host: string): string | undefined {
  const known = Object.hasOwn(advices, code) ? advices[code] : undefined;
  if (known !== undefined) return known(host);
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return notTls(host);
  if (code.startsWith('HPE_')) return notHttp(host);
  if (code.startsWith('ERR_PROXY_') || code === 'ERR_TUNNEL_FAILED') return proxyFailed(host);
  return code.includes('CERT') ? untrusted(host) : undefined;
}

type Advice = (host: string) => string;

const notTls: Advice = (host) =>
  `${host} does not speak TLS as asked; check https:// or http:// and the port`;
const notHttp: Advice = (host) =>
  `${host} does not speak HTTP; check https:// or http:// and the port`;
const proxyFailed: Advice = (host) =>
  `the proxy of HTTPS_PROXY or HTTP_PROXY does not let requests through to ${host}; correct it, or name the host in NO_PROXY`;
const untrusted: Advice = (host) =>
  `the certificate of ${host} is not trusted; for an authority of your own set NODE_EXTRA_CA_CERTS to its file`;
const unreachable: Advice = (host) => `${host} is out of reach; check the network and its firewall`;
const cutOff: Advice = (host) => `${host}, or something on the way, closed the connection`;

const advices: Readonly<Record<string, Advice>> = {
  ENOTFOUND: (host) => `the name of ${host} is not known; check the URL, and the DNS of this host`,
  EAI_AGAIN: () => 'the name server does not answer; check the DNS of this host',
  ECONNREFUSED: () => 'nothing listens there; check host, port and, where one is set, the proxy',
  ECONNRESET: cutOff,
  EPIPE: cutOff,
  ERR_STREAM_PREMATURE_CLOSE: cutOff,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ERR_TLS_CERT_ALTNAME_INVALID: (host) =>
    `the certificate is not one for ${host}; check the host in the URL`,
  CERT_HAS_EXPIRED: (host) =>
    `the certificate of ${host} has expired; renew it, or check the clock of this host`,
  CERT_NOT_YET_VALID: () => 'the certificate is not valid yet; check the clock of this host',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
};
