import { addAbortSignal, type Readable } from 'node:stream';
import type { Redact } from './redact.ts';

/** An answer, whatever its status. Credentials that the server repeats in it are masked. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, cut where it is longer than the client's limit. */
  readonly text: string;
  /** What was done and where, for errors: `posting 3 points to https://host/v1/points`. */
  readonly subject: string;
  /** The body as JSON; undefined where it is none. */
  json(): unknown;
}

/** Whether the status is one of the 200s. */
export function isSuccess({ status }: Pick<HttpResponse, 'status'>): boolean {
  return status >= 200 && status < 300;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readable;
}

/** Reads an answer up to a limit of bytes. */
export async function responseFrom(
  { status, headers, body }: Received,
  { subject, limitBytes, redact }: { subject: string; limitBytes: number; redact: Redact },
  signal: AbortSignal,
): Promise<HttpResponse> {
  const text = redact(await textOf(addAbortSignal(signal, body), limitBytes));
  const clean = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    redact(String(value)),
  ]);
  return { status, headers: Object.fromEntries(clean), text, subject, json: () => jsonFrom(text) };
}

async function textOf(body: Readable, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    // Leaving the loop destroys the body, and with it the connection: the rest is not waited for.
    if (length >= limitBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, limitBytes).toString();
}

function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
