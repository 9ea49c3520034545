import { STATUS_CODES } from 'node:http';
import { permanent, retryable, type SinkError } from '@tallyman/sdk';
import { oneLine } from './one-line.ts';
import type { HttpResponse } from './response.ts';
import { retryAfterMsFrom } from './retry-after.ts';
import { redirectTarget } from './url.ts';

export interface RefusalOptions {
  /** The wall clock, for a `Retry-After` that is a date. */
  readonly nowMs: number;
  /** What to do about a status, where the sink knows better than {@link refusalFrom}. */
  readonly advice?: Readonly<Record<number, string>>;
}

/**
 * The error for an answer that is no success. To be tried again: 408, 425, 429, 5xx; redirects and 407, at which
 * the records are not at fault. For good: every other 4xx. All with their status: the lane holds its records at
 * 401 and 403, and halves the batch at 413.
 */
export function refusalFrom(response: HttpResponse, { nowMs, advice }: RefusalOptions): SinkError {
  const { status, headers, subject } = response;
  const what = `HTTP ${status}${STATUS_CODES[status] === undefined ? '' : ` ${STATUS_CODES[status]}`}`;
  const todo = advice?.[status] ?? adviceFor(response);
  const excerpt = oneLine(response.text);
  const message = [`${subject}: ${what}`, todo, excerpt && `the answer: ${excerpt}`]
    .filter(Boolean)
    .join('; ');
  if (!isRetryable(status)) return permanent(message, { status });
  const retryAfterMs = retryAfterMsFrom(headers['retry-after'], nowMs);
  return retryable(message, { status, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}

const retryableBelow500 = new Set([401, 403, 407, 408, 425, 429]);

function isRetryable(status: number): boolean {
  return status < 400 || status >= 500 || retryableBelow500.has(status);
}

function adviceFor({ status, headers, subject }: HttpResponse): string | undefined {
  switch (status) {
    case 401:
      return 'the credentials are refused; check the token';
    case 403:
      return 'the credentials do not allow this; check what the token may do';
    case 404:
      return 'there is no such resource; check the path of the URL';
    case 407:
      return 'the proxy wants credentials; write them into HTTPS_PROXY';
    default:
      return status >= 300 && status < 400
        ? adviceOnRedirect(headers.location, subject)
        : undefined;
  }
}

function adviceOnRedirect(location: string | undefined, subject: string): string {
  const from = subject.slice(subject.lastIndexOf(' ') + 1);
  const target = location === undefined ? undefined : redirectTarget(location, from);
  const where = target === undefined ? 'elsewhere' : `to ${target}`;
  return `it points ${where}, where the credentials are not sent; correct the URL`;
}
