import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LibratoReceiver } from '../../src/receivers/index.ts';
import { many, now, post, token } from './librato.ts';

const path = '/v1/measurements';
const tags = { host: 'a' };
const valid = { name: 'docker.cpu', value: 1, tags };

describe('a measurement at the Librato receiver', () => {
  let receiver: LibratoReceiver;
  beforeEach(async () => {
    receiver = await LibratoReceiver.start({ tokens: [token], plainHttp: 'allowed' });
  });
  afterEach(() => receiver.close());

  const long = 'x'.repeat(256);
  test.each([
    ['no name', { name: undefined }, { name: ['is not present'] }],
    ['an empty name', { name: '' }, { name: [' is not a valid metric name'] }],
    ['a long name', { name: long }, { name: [`${long} is not a valid metric name`] }],
    ['a name with a space', { name: 'a b' }, { name: ['a b is not a valid metric name'] }],
    [
      'a name with a letter beyond ASCII',
      { name: 'ä' },
      { name: ['ä is not a valid metric name'] },
    ],
    ['neither value nor count', { value: undefined }, { value: ['is not present'] }],
    ['a value that is a text', { value: '1' }, { value: ['is not a number'] }],
    ['a value and a count', { count: 1 }, { count: ['cannot be given together with value'] }],
    ['a value and a sum', { sum: 1 }, { sum: ['cannot be given together with value'] }],
    ['a value and a minimum', { min: 1 }, { min: ['cannot be given together with value'] }],
    [
      'a count without a sum',
      { value: undefined, count: 2 },
      { sum: ['is required'], name: valid.name },
    ],
    [
      'a sum without a count',
      { value: undefined, sum: 2 },
      { count: ['is required'], name: valid.name },
    ],
    [
      'half a count',
      { value: undefined, count: 0.5, sum: 2 },
      { count: ['is not a positive whole number'] },
    ],
    ['a sum of squares', { sum_squares: 4 }, { sum_squares: ['is not a known parameter'] }],
    ['a huge value', { value: 1.1e126 }, { value: ['is too large'] }],
    ['a huge negative value', { value: -1e200 }, { value: ['is too large'] }],
    ['no tags', { tags: undefined }, { tags: ['is required'] }],
    ['empty tags', { tags: {} }, { tags: ['is required'] }],
    ['tags that are a list', { tags: ['a'] }, { tags: ['is not an object'] }],
    ['51 tags', { tags: manyTags(51) }, { tags: ['has more than 50 tags'] }],
    ['a long tag name', { tags: { [long]: 'a' } }, { tags: [`${long} is not a valid tag name`] }],
    [
      'a tag name with a space',
      { tags: { 'a b': 'c' } },
      { tags: ['a b is not a valid tag name'] },
    ],
    ['a long tag value', { tags: { a: long } }, { tags: [`${long} is not a valid tag value`] }],
    ['an empty tag value', { tags: { a: '' } }, { tags: [' is not a valid tag value'] }],
    ['an image digest', { tags: { a: 'a@b' } }, { tags: ['a@b is not a valid tag value'] }],
    ['a plus', { tags: { a: 'a+b' } }, { tags: ['a+b is not a valid tag value'] }],
    ['a tag that is a number', { tags: { a: 1 } }, { tags: ['1 is not a valid tag value'] }],
    [
      'a time in milliseconds',
      { time: Date.now() },
      { time: ['is not a whole number of seconds'] },
    ],
    [
      'a time with a fraction',
      { time: now() + 0.5 },
      { time: ['is not a whole number of seconds'] },
    ],
    ['a time that is a text', { time: '1' }, { time: ['is not a whole number of seconds'] }],
    ['a time long ago', { time: now() - 4 * 3_600 }, { time: ['is too far in the past'] }],
    ['half a period', { period: 0.5 }, { period: ['is not a whole number of seconds'] }],
    ['a colour in words', { attributes: { color: 'red' } }, { attributes: ['red is not a color'] }],
    [
      'an unknown summary',
      { attributes: { summarize_function: 'last' } },
      { attributes: ['last is not a summarize_function'] },
    ],
    [
      'an aggregate that is a text',
      { attributes: { aggregate: 'yes' } },
      { attributes: ['aggregate is not a boolean'] },
    ],
  ])('is refused, and all with it, that has %s', async (_what, change, params) => {
    const answer = await post(receiver, path, { measurements: [valid, { ...valid, ...change }] });

    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ errors: { params }, request_time: expect.any(Number) });
    expect(receiver.counts()).toMatchObject({ points: 0, refusals: 1 });
  });

  test.each([
    ['no list', {}, 'measurements'],
    ['an empty list', { measurements: [] }, 'measurements'],
    ['1,001 of them', { measurements: many(1_001, () => valid) }, 'measurements'],
    ['a list instead of an object', [], 'request'],
    ['a shared tag that is not valid', { tags: { a: '#' }, measurements: [valid] }, 'tags'],
    ['a shared time long ago', { time: 1, measurements: [valid] }, 'time'],
  ])('is refused in a request with %s', async (_what, body, param) => {
    const answer = await post(receiver, path, body);

    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ errors: { params: { [param]: expect.any(Array) } } });
  });
});

function manyTags(count: number): Record<string, string> {
  return Object.fromEntries(many(count, (index) => [`tag${index}`, 'a']));
}
