import { expect, test } from '@jest/globals';
import { inTurn } from '../../src/measure/round-robin.ts';

test('contenders run in turn, and a warm-up round is not counted', async () => {
  const order: string[] = [];
  const contender = (name: string) => ({
    name,
    run: async () => ({ at: order.push(name) }),
  });

  const runs = await inTurn([contender('a'), contender('b')], { rounds: 2, tell: () => {} });

  expect(order.join('')).toBe('ababab');
  expect(runs.map(({ name, samples }) => [name, samples.map(({ at }) => at)])).toEqual([
    ['a', [3, 5]],
    ['b', [4, 6]],
  ]);
});
