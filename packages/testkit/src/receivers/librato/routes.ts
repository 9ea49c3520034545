import type { ReceivedRequest } from '../http/steps.ts';
import { Violation } from './violation.ts';

export type LibratoRoute =
  | { readonly api: 'metrics' | 'measurements' }
  | { readonly api: 'annotations'; readonly stream: string };

/** Wire contract 1.1. What is not there is a 404 (1.5). */
export function routeOf({ method, path }: ReceivedRequest): LibratoRoute {
  if (method === 'POST' && path === '/v1/metrics') return { api: 'metrics' };
  if (method === 'POST' && path === '/v1/measurements') return { api: 'measurements' };
  const stream = /^\/v1\/annotations\/([^/?]+)$/.exec(path)?.[1];
  if (method === 'POST' && stream !== undefined)
    return { api: 'annotations', stream: decoded(stream) };
  throw new Violation('request', 'is for nothing that is there', {
    answer: { status: 404, body: { errors: { request: ['Not Found'] } } },
  });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
