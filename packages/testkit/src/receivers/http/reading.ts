import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Clock } from '@tallyman/sdk';
import { paced } from '../paced.ts';

const longestBodyBytes = 16 * 1024 * 1024;
const gunzipped = promisify(gunzip);

export interface BodyRead {
  readonly body: Buffer;
  readonly wireBytes: number;
  /** Why the body is not what was meant. */
  readonly problem?: { readonly status: number; readonly message: string };
}

/** Reads the body to its end, also past what is kept of it. Throws where the client went away. */
export async function readBody(
  request: IncomingMessage,
  bytesPerSecond: number | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<BodyRead> {
  const chunks = [];
  let wireBytes = 0;
  for await (const chunk of paced(request, bytesPerSecond, clock, signal)) {
    wireBytes += chunk.length;
    if (wireBytes <= longestBodyBytes) chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (wireBytes > longestBodyBytes)
    return { body, wireBytes, problem: { status: 413, message: 'the body is too large' } };
  return { wireBytes, ...(await decoded(body, request.headers['content-encoding'])) };
}

async function decoded(
  body: Buffer,
  encoding: string | undefined,
): Promise<Pick<BodyRead, 'body' | 'problem'>> {
  if (encoding === undefined || encoding === 'identity') return { body };
  if (encoding !== 'gzip')
    return { body, problem: { status: 415, message: `the encoding ${encoding} is not known` } };
  try {
    return { body: await gunzipped(body, { maxOutputLength: longestBodyBytes }) };
  } catch {
    return { body, problem: { status: 400, message: 'the body is not gzip' } };
  }
}
