import { createHttpClient, type HttpClient, type HttpClientOptions } from '../src/index.ts';

export const never = new AbortController().signal;

export const post = {
  doing: 'posting a note',
  method: 'POST',
  path: '/notes',
  body: '{}',
} as const;

/** A client that closes at the end of its block. */
export function clientOf(
  url: string,
  options: Partial<HttpClientOptions> = {},
): HttpClient & Disposable {
  const client = createHttpClient({ url, userAgent: 'tallyman/test', ...options });
  return {
    send: (request, signal) => client.send(request, signal),
    close: () => client.close(),
    [Symbol.dispose]: () => client.close(),
  };
}

/** What a promise rejects with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => {
      throw new Error('it did not reject');
    },
    (error: unknown) => error,
  );
}
