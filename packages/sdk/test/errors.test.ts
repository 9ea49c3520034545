import { describe, expect, test } from '@jest/globals';
import { isSinkError, partial, permanent, retryable, SinkError } from '../src/index.ts';

describe('a delivery error', () => {
  test('says what was being done, what became of it and why', () => {
    const cause = new Error('socket hang up');

    const error = retryable('posting 300 points: HTTP 503', {
      cause,
      status: 503,
      retryAfterMs: 2_000,
    });

    expect(error).toMatchObject({
      name: 'SinkError',
      message: 'posting 300 points: HTTP 503',
      disposition: 'retryable',
      status: 503,
      retryAfterMs: 2_000,
      cause,
    });
    expect(error).toBeInstanceOf(SinkError);
  });

  test('has no cause where none was given', () => {
    expect('cause' in permanent('posting 1 point: HTTP 400')).toBe(false);
  });

  test('can be permanent', () => {
    expect(permanent('posting 1 point: HTTP 400', { status: 400 })).toMatchObject({
      disposition: 'permanent',
      status: 400,
      retry: [],
      drop: [],
    });
  });

  test('can name the records that were not accepted', () => {
    const error = partial({
      retry: [1, 4],
      drop: [{ index: 2, reason: 'too_large' }],
      retryAfterMs: 50,
    });

    expect(error).toMatchObject({
      disposition: 'partial',
      message: 'accepted in part: 2 to retry, 1 refused',
      retry: [1, 4],
      drop: [{ index: 2, reason: 'too_large' }],
      retryAfterMs: 50,
    });
  });
});

describe('recognising', () => {
  test('goes by the brand, also of another copy of the SDK', () => {
    const foreign = Object.assign(new Error('HTTP 503'), {
      [Symbol.for('tallyman.SinkError')]: true,
      disposition: 'retryable',
    });

    expect([retryable('x'), permanent('x'), partial({}), foreign].map(isSinkError)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  test('is not fooled by anything else that is thrown', () => {
    const looksAlike = { name: 'SinkError', disposition: 'retryable', message: 'x' };

    for (const thrown of [new Error('x'), looksAlike, 'SinkError', undefined, null, 0])
      expect(isSinkError(thrown)).toBe(false);
  });

  test('does not show the brand in a log', () => {
    expect(
      Object.getOwnPropertySymbols(retryable('x')).filter((symbol) =>
        Object.prototype.propertyIsEnumerable.call(retryable('x'), symbol),
      ),
    ).toEqual([]);
  });
});
