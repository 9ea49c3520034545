import type { LogentriesOptions } from './options.ts';

/** Where a connection goes. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Trusted besides the authorities of the system, in PEM. */
  readonly ca?: string;
}

/** Where events are posted: the token stands behind the path. */
export interface WebhookDestination {
  readonly url: string;
  readonly path: string;
  readonly ca?: string;
}

/** Where lines go over TCP. Throws where the options name two places. */
export function destinationOf(options: LogentriesOptions): Destination {
  const { tls, port = tls ? 443 : 80, ca } = options;
  const host = hostOf(options, 'data') ?? 'data.logentries.com';
  return { host, port, tls, ...(ca !== undefined && { ca }) };
}

/** Where events are posted. Throws where the options name two places. */
export function webhookOf(options: LogentriesOptions): WebhookDestination {
  const { tls, port, ca } = options;
  const host = hostOf(options, 'webhook');
  const origin = `${tls ? 'https' : 'http'}://${urlHost(host ?? 'webhook.logentries.com')}`;
  return {
    url: port === undefined ? origin : `${origin}:${port}`,
    // The older host knows only the older path.
    path: host === undefined ? '/noformat/logs/' : '/v1/noformat/',
    ...(ca !== undefined && { ca }),
  };
}

function hostOf(
  { region, host }: LogentriesOptions,
  service: 'data' | 'webhook',
): string | undefined {
  if (region === undefined) return host;
  if (host !== undefined)
    throw new Error('options.region and options.host name two destinations; leave one out');
  return `${region}.${service}.logs.insight.rapid7.com`;
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
