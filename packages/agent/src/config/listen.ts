import type { Secret } from '@tallyman/sdk';
import type { AdminConfig, ListenAddress } from './model.ts';
import type { Report } from './report.ts';

/** Reads `HOST:PORT`, `unix:///path` or `none`. Undefined where the text is none of them. */
export function listenAddress(text: string): ListenAddress | undefined {
  if (text === 'none') return { kind: 'none' };
  const [, socketPath] = /^unix:\/\/(\/.+)$/.exec(text) ?? [];
  if (socketPath !== undefined) return { kind: 'unix', socketPath };
  const [, bracketed, plain, port] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { kind: 'tcp', host, port: Number(port) };
}

/** Whether only this machine can reach the host that is named. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Where the admin endpoint listens. What other machines can reach has to be guarded by a token. */
export function adminFrom(
  { listen, token }: { readonly listen: string; readonly token?: Secret },
  report: Report,
): AdminConfig {
  const address = listenAddress(listen) ?? { kind: 'none' };
  if (address.kind === 'tcp' && !isLoopback(address.host) && token === undefined)
    report.atValue(
      '/admin/listen',
      'contradiction',
      `other machines may reach ${listen}, and no token guards it; set admin.token, or listen on 127.0.0.1:${address.port}`,
    );
  return {
    listen,
    address,
    configured: report.placeOf('/admin/listen') !== undefined,
    ...(token !== undefined && { token }),
  };
}
