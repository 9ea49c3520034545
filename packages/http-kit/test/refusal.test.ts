import { describe, expect, test } from '@jest/globals';
import { HttpReceiver } from '@tallyman/testkit';
import { type HttpResponse, refusalFrom, retryAfterMsFrom } from '../src/index.ts';
import { clientOf, never, post } from './sending.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);

function answerOf(status: number, changes: Partial<HttpResponse> = {}): HttpResponse {
  const subject = 'posting a note to https://quay.io/notes';
  return { status, headers: {}, text: '', subject, json: () => undefined, ...changes };
}

describe('an answer', () => {
  test.each([408, 425, 429, 500, 502, 503, 504, 599])('of %i is to be tried again', (status) => {
    expect(refusalFrom(answerOf(status), { nowMs })).toMatchObject({
      disposition: 'retryable',
      status,
    });
  });

  test.each([400, 404, 405, 409, 410, 413, 415, 422, 431])('of %i is for good', (status) => {
    expect(refusalFrom(answerOf(status), { nowMs })).toMatchObject({
      disposition: 'permanent',
      status,
    });
  });

  test.each([401, 403])('of %i has its status, by which the lane holds its records', (status) => {
    expect(refusalFrom(answerOf(status), { nowMs })).toMatchObject({ status });
  });

  test.each([301, 302, 307, 407])('of %i is not the fault of the records', (status) => {
    expect(refusalFrom(answerOf(status), { nowMs }).disposition).toBe('retryable');
  });
});

describe('the message', () => {
  test('says what was done, to what, what came back and what to do', () => {
    const answer = answerOf(401, { text: '{"errors":\n  ["no"]}' });

    expect(refusalFrom(answer, { nowMs }).message).toBe(
      'posting a note to https://quay.io/notes: HTTP 401 Unauthorized; the credentials are refused; check the token; the answer: {"errors": ["no"]}',
    );
  });

  test('has the advice of the sink where it has one', () => {
    const advice = { 404: 'set options.url' };

    expect(refusalFrom(answerOf(404), { nowMs, advice }).message).toContain('; set options.url');
  });

  test('says where a redirect points to, without its query and its credentials', () => {
    const headers = { location: 'https://me:pass@new.quay.io/v2?key=1' };

    expect(refusalFrom(answerOf(301, { headers }), { nowMs }).message).toContain(
      'it points to https://new.quay.io/v2, where the credentials are not sent; correct the URL',
    );
  });

  test('quotes the beginning of a long answer, on one line and without control characters', () => {
    const { message } = refusalFrom(answerOf(500, { text: 'a\r\n\u001b[31m'.repeat(500) }), {
      nowMs,
    });

    expect(message.length).toBeLessThan(400);
    expect(message).not.toMatch(/\p{Cc}/u);
  });
});

describe('Retry-After', () => {
  test.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['1.5', 1_500],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['Saturday, 21-Nov-26 12:00:30 GMT', 30_000],
    ['soon', undefined],
    ['-5', undefined],
    ['2', 2_000],
    ['', undefined],
    [undefined, undefined],
  ])('of %p is a wait of %p ms', (header, expected) => {
    expect(retryAfterMsFrom(header, nowMs)).toBe(expected);
  });

  test.each([{ seconds: 3 }, { dateInSeconds: 3 }])('from a server, as %p', async (retryAfter) => {
    await using receiver = await HttpReceiver.start();
    receiver.script([{ status: 429, retryAfter }]);
    using client = clientOf(receiver.address.url);

    const error = refusalFrom(await client.send(post, never), { nowMs: Date.now() });

    expect(error.retryAfterMs).toBeGreaterThan(1_500);
    expect(error.retryAfterMs).toBeLessThanOrEqual(3_000);
  });
});
