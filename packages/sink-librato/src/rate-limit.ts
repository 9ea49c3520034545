import { type HttpResponse, retryAfterMsFrom } from '@tallyman/http-kit';
import { retryable, type SinkError } from '@tallyman/sdk';

const headerNames = ['x-librato-ratelimit-agg', 'x-librato-ratelimit-std'];

// The service's windows are seconds to an hour; a clock that is wrong must not stop the lane for days.
const longestPauseMs = 3_600_000;
const shortestPauseMs = 1_000;

export interface LimitContext {
  readonly nowMs: number;
  /** Points that the request carried. */
  readonly points: number;
}

/**
 * The error where a limit of the service is reached; undefined where the answer names none. The service says so
 * with a 429, and used to with a 403; with a 429 it also answers what it cannot parse.
 */
export function limitFrom(
  response: HttpResponse,
  { nowMs, points }: LimitContext,
): SinkError | undefined {
  const { status, headers, subject, text } = response;
  if (status !== 429 && status !== 403) return undefined;
  const isNamed = /API limit|rate.?limit|too many requests/i.test(text);
  if (status === 403 && !isNamed) return undefined;
  const spent = windowsOf(headers).filter(({ remaining }) => isNamed || remaining < points);
  const asked = retryAfterMsFrom(headers['retry-after'], nowMs);
  if (!isNamed && spent.length === 0 && asked === undefined) return undefined;
  const resets = spent.filter(({ remaining }) => remaining < points).map(({ reset }) => reset);
  const resetMs = resets.length === 0 ? undefined : Math.max(...resets) * 1_000 - nowMs;
  const retryAfterMs = pause(asked ?? resetMs);
  const until =
    retryAfterMs === undefined ? '' : `, which asks for ${Math.ceil(retryAfterMs / 1_000)} s`;
  return retryable(`${subject}: HTTP ${status}, the account's limit is reached${until}`, {
    status: 429,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

interface RateWindow {
  readonly remaining: number;
  readonly reset: number;
}

/** `limit=600000,remaining=599998,reset=1531370400`, in any order. */
function windowsOf(headers: HttpResponse['headers']): readonly RateWindow[] {
  return headerNames.flatMap((name) => {
    const text = headers[name] ?? '';
    const figure = (key: string) => Number(new RegExp(`(?:^|[,\\s])${key}=(\\d+)`).exec(text)?.[1]);
    const window = { remaining: figure('remaining'), reset: figure('reset') };
    return Number.isNaN(window.remaining) || Number.isNaN(window.reset) ? [] : [window];
  });
}

function pause(ms: number | undefined): number | undefined {
  if (ms === undefined || ms < 0) return undefined;
  return Math.min(longestPauseMs, Math.max(shortestPauseMs, ms));
}
