import { expect, test } from '@jest/globals';
import type { HttpResponse } from '@tallyman/http-kit';
import { limitFrom } from '../src/rate-limit.ts';

const nowMs = 1_531_370_400_000;
const context = { nowMs, points: 100 };

function answerOf(status: number, headers: Record<string, string>, text = ''): HttpResponse {
  return { status, headers, text, subject: 'posting', json: () => undefined };
}

const agg = 'x-librato-ratelimit-agg';
const std = 'x-librato-ratelimit-std';

test.each([
  [{ [std]: 'limit=600,remaining=0,reset=1531370430' }, 30_000],
  [{ [std]: 'reset=1531370430, remaining=99, limit=600' }, 30_000],
  [
    {
      [agg]: 'limit=600,remaining=0,reset=1531370410',
      [std]: 'limit=600,remaining=5,reset=1531370430',
    },
    30_000,
  ],
  [
    {
      [agg]: 'limit=600,remaining=500,reset=1531379999',
      [std]: 'limit=600,remaining=5,reset=1531370430',
    },
    30_000,
  ],
  [{ [std]: 'limit=600,remaining=0,reset=1531370400' }, 1_000],
  [{ [std]: 'limit=600,remaining=0,reset=1531370300' }, undefined],
  [{ [std]: 'limit=600,remaining=0,reset=1999999999' }, 3_600_000],
  [{ [std]: 'limit=600,remaining=0,reset=1531370430', 'retry-after': '5' }, 5_000],
])('%p asks for a pause of %p ms', (headers, expected) => {
  expect(limitFrom(answerOf(429, headers), context)?.retryAfterMs).toBe(expected);
});

test.each([
  ['there is none', {}],
  ['it is not reached', { [std]: 'limit=600,remaining=500,reset=1531370430' }],
  ['it cannot be read', { [std]: 'plenty' }],
])('a 429 names no limit where %s', (_, headers) => {
  expect(limitFrom(answerOf(429, headers), context)).toBeUndefined();
});

test('a 403 is a limit only where it says so', () => {
  const limited = limitFrom(answerOf(403, {}, 'You have hit the API limit'), context);

  expect(limited).toMatchObject({ disposition: 'retryable', status: 429 });
  expect(limitFrom(answerOf(403, { 'retry-after': '5' }, 'no'), context)).toBeUndefined();
});
