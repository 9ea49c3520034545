import { expect, test } from '@jest/globals';
import { contractVersion, defineSink, dropReasons } from '../src/index.ts';

test('defineSink returns its argument unchanged', () => {
  const definition = {
    type: 'webhook',
    summary: 'Posts records to a URL.',
    stability: 'beta',
    contract: contractVersion,
    accepts: ['log'],
    token: 'none',
    options: { type: 'object', properties: {} },
    create: () => ({ write: async () => {} }),
  } as const;

  expect(defineSink(definition)).toBe(definition);
});

test('the reasons for a drop are the closed set of the account', () => {
  expect(dropReasons).toEqual([
    'queue_full',
    'oldest',
    'newest',
    'refused',
    'too_large',
    'poison',
    'gave_up',
    'expired',
    'not_rereadable',
  ]);
});
