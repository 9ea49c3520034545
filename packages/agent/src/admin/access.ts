import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@tallyman/sdk';
import { isLoopback } from '../config/listen.ts';

/** What guards the endpoint. */
export interface Guard {
  readonly token?: Secret;
  /** Beside loopback, what requests may name as the host they are for. `any`: where no browser gets to. */
  readonly hosts: readonly string[] | 'any';
}

/** What is asked of a request before anything else. */
export interface Approach {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly host: string | undefined;
  readonly authorization: string | undefined;
}

/** Why a request is not answered, and what to do instead. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly error: string;
  readonly help: string;
}

/** Why a request gets no answer; nothing where it may have one. */
export function refusalOf(approach: Approach, guard: Guard): Refusal | undefined {
  if (!['GET', 'HEAD'].includes(approach.method))
    return {
      status: 405,
      headers: { allow: 'GET, HEAD' },
      error: 'this method is not allowed',
      help: 'nothing can be changed here; use GET',
    };
  if (guard.token === undefined) return strangerRefusal(approach, guard);
  // Probes of orchestrators carry no credentials, and learn nothing.
  if (approach.path === '/health' || isBearerOf(guard.token, approach)) return undefined;
  return {
    status: 401,
    headers: { 'www-authenticate': 'Bearer realm="tallyman"' },
    error: approach.authorization === undefined ? 'a token is needed' : 'this token is not the one',
    help: 'send the header "Authorization: Bearer TOKEN" with admin.token of the agent\'s configuration',
  };
}

/**
 * A page in a browser of this machine can make any name of its own lead here (DNS rebinding), and would then read the
 * answers. The browser still says which name it was asked for.
 */
function strangerRefusal({ host }: Approach, { hosts }: Guard): Refusal | undefined {
  // Browsers always name one.
  if (host === undefined || hosts === 'any') return undefined;
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host.toLowerCase()) ?? [];
  const name = bracketed ?? plain;
  if (name !== undefined && (isLoopback(name) || hosts.includes(name))) return undefined;
  return {
    status: 421,
    error: 'this endpoint does not go by the name that the request was made to',
    help: "ask http://127.0.0.1 or http://localhost with its port; for any other name set admin.token in the agent's configuration",
  };
}

// Their hashes have one length, which timingSafeEqual needs, and the time says nothing of the token.
function isBearerOf(token: Secret, { authorization = '' }: Approach): boolean {
  const [, given = ''] = /^Bearer +(\S.*)$/i.exec(authorization) ?? [];
  // Node gives the bytes of a header as latin1.
  const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(hashOf(Buffer.from(given, 'latin1')), hashOf(Buffer.from(token.reveal())));
}
