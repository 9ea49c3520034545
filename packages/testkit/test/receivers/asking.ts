import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { ReceiverAddress } from '../../src/receivers/index.ts';

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request on a connection of its own; rejects where the answer does not come whole. */
export function ask(
  { ca, url }: ReceiverAddress,
  path: string,
  { method = 'POST', headers = {}, body = '' }: Asked = {},
): Promise<Told> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = { agent: false, method, headers };
    const outgoing = url.startsWith('https:')
      ? secureRequest(`${url}${path}`, { ...options, ca })
      : request(`${url}${path}`, options);
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const { headers: said, statusCode = 0 } = response;
        resolve({
          status: statusCode,
          headers: said,
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    outgoing.end(body);
  });
}

/** Within the time of any test. */
export function soon(): AbortSignal {
  return AbortSignal.timeout(10_000);
}
