import { format, inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { Secret } from '../src/index.ts';

const text = 'tok-4711';
const secret = new Secret(text);

test('is revealed only when asked', () => {
  expect(secret.reveal()).toBe(text);
});

test.each([
  ['String', String(secret)],
  ['JSON', JSON.stringify({ token: secret, list: [secret] })],
  ['inspect', inspect({ secret }, { depth: null, showHidden: true })],
  ['format', format('%s %o %O %j %d %i', secret, secret, secret, secret, secret, secret)],
  ['keys and values', JSON.stringify([Object.keys(secret), Object.values(secret)])],
  ['own property names', JSON.stringify(Object.getOwnPropertyDescriptors(secret))],
  ['an error that carries it', inspect(new Error('refused', { cause: secret }))],
  ['a copy', inspect(structuredClone(secret), { showHidden: true })],
  ['a map', inspect(new Map([[secret, secret]]))],
])('shows nothing through %s', (_way, shown) => {
  expect(shown).not.toContain(text);
});

test('shows that there is one', () => {
  expect([String(secret), JSON.stringify(secret), inspect(secret)]).toEqual([
    '[secret]',
    '"[secret]"',
    '[secret]',
  ]);
});
