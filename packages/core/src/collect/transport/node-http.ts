import type { ClientRequest, RequestOptions } from 'node:http';

/**
 * Node's HTTP client, plain or over TLS. Not by `import`: that fetches all exports of `node:http`, and one of them is
 * Node's `fetch` with all its parts, 14 MiB that nobody here uses; and over TLS only where that is spoken.
 */
export function requestTo(options: RequestOptions, transport: 'plain' | 'tls'): ClientRequest {
  return transport === 'tls'
    ? process.getBuiltinModule('node:https').request(options)
    : process.getBuiltinModule('node:http').request(options);
}
