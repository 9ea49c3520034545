import { expect, test } from '@jest/globals';
import { Gate } from '../src/gate.ts';

test('a gate lets no more through at once than it is made for, and everybody in the end', async () => {
  const gate = new Gate(2);
  const inside = { now: 0, most: 0, through: 0 };

  const all = Array.from({ length: 7 }, (_, at) =>
    gate.through(async () => {
      inside.most = Math.max(inside.most, ++inside.now);
      await Promise.resolve();
      inside.now--;
      inside.through++;
      if (at === 3) throw new Error('one that fails');
    }),
  );
  const ends = await Promise.allSettled(all);

  expect(inside).toEqual({ now: 0, most: 2, through: 7 });
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(1);
});
