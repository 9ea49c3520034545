import { addressText, type EngineAddress } from '@tallyman/core';
import type { EngineConfig } from '../config/model.ts';
import { isNoTls, unfitCodes, untrustedCodes } from './error-codes.ts';
import type { Finding } from './finding.ts';

/** The certificates or the key cannot be read. `what` names the file. */
export function secretFiles(engine: EngineConfig, what: string): Finding {
  const { address } = engine;
  const { ca, cert, key } = (address.kind === 'tcp' ? address.tls : undefined) ?? {};
  return {
    code: 'engine.tls_files',
    severity: 'problem',
    where: [ca, cert, key].filter((path) => path !== undefined),
    what,
    todo: 'put the PEM files there, readable for this user, or correct engine.tls (or DOCKER_CERT_PATH)',
  };
}

/** What the code of a failed TLS connection means; nothing where it is not about TLS. */
export function tlsFinding(
  address: Extract<EngineAddress, { readonly kind: 'tcp' }>,
  code: string,
  said: string,
): Finding | undefined {
  const about = { severity: 'problem', where: [addressText(address)] } as const;
  if (isNoTls(code))
    return {
      ...about,
      code: 'engine.tls_unexpected',
      what: `what listens there does not speak TLS (${code})`,
      todo: 'leave out engine.tls, or unset DOCKER_TLS_VERIFY; or correct the port: 2376 is usual with TLS',
    };
  if (untrustedCodes.has(code) || unfitCodes.has(code))
    return {
      ...about,
      code: 'engine.tls_untrusted',
      what: `its certificate is not accepted: ${said} (${code})`,
      todo: untrustedCodes.has(code)
        ? 'set engine.tls.ca to the file of the authority that signed it'
        : 'address the engine by a name of its certificate, or have a new one made for this name and time',
    };
  if (/PEM|X509|OSSL/.test(code))
    return {
      ...about,
      code: 'engine.tls_files',
      what: `the certificate and the key do not do: ${said} (${code})`,
      todo: 'set engine.tls.cert and engine.tls.key to PEM files that belong together',
    };
  // With TLS 1.3 a refused client learns of it as an alert, or as the end of the connection.
  if (code.startsWith('ERR_SSL_') || ['ECONNRESET', 'EPIPE'].includes(code))
    return {
      ...about,
      code: 'engine.tls_client',
      what: `it breaks off the TLS connection (${code}), as engines do that want another client certificate`,
      todo: 'set engine.tls.cert and engine.tls.key to a certificate that the engine’s authority (--tlscacert) has signed',
    };
  return undefined;
}
