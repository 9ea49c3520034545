import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MarkedPositions } from '../../src/state/marked-positions.ts';
import { idOf, markAt } from './marks.ts';

const bornAt = '2026-11-22T09:00:00.000000000Z';
const web = idOf(1);

test('reading goes on after what is stored, and delivery follows behind', () => {
  const positions = new MarkedPositions(bornAt);

  positions.stored(markAt(1));
  positions.stored(markAt(3));
  positions.delivered(markAt(1));

  expect(positions.get(web)).toEqual(markAt(3));
  expect(positions.all()).toEqual([{ delivered: markAt(1), stored: markAt(3) }]);
});

test.each([3, 4])('what is delivered is stored: at the stored mark and beyond (%i s)', (second) => {
  const positions = new MarkedPositions(bornAt, [{ delivered: markAt(1), stored: markAt(3) }]);

  positions.delivered(markAt(second));

  expect(positions.get(web)).toEqual(markAt(second));
  expect(positions.all()).toEqual([{ delivered: markAt(second) }]);
});

test('what was delivered before it was stored stays delivered', () => {
  const positions = new MarkedPositions(bornAt);

  positions.delivered(markAt(3));
  positions.stored(markAt(2));
  positions.stored(markAt(3));

  expect(positions.all()).toEqual([{ delivered: markAt(3) }]);
});

test('a container that is forgotten has no mark any more', () => {
  let changes = 0;
  const positions = new MarkedPositions(bornAt, [{ delivered: markAt(1) }], () => {
    changes += 1;
  });

  positions.forget(web);
  positions.forget(web);

  expect(positions.get(web)).toBeUndefined();
  expect(positions.marks()).toEqual([]);
  expect(changes).toBe(1);
});

test('for any calls in order, reading goes on after the furthest mark, container by container', () => {
  const call = fc.record({ isStored: fc.boolean(), container: fc.nat(2), stride: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 30 }), (calls) => {
      const positions = new MarkedPositions(bornAt);
      const reached = new Map<string, number>();

      for (const { isStored, container, stride } of calls) {
        const key = `${container}${isStored ? 's' : 'd'}`;
        const second = Math.min(59, (reached.get(key) ?? 0) + stride);
        reached.set(key, second);
        const mark = markAt(second, container);
        if (isStored) positions.stored(mark);
        else positions.delivered(mark);
      }

      for (const { name, containerId } of positions.marks()) {
        const container = Number.parseInt(containerId, 16);
        const ways = [reached.get(`${container}s`) ?? -1, reached.get(`${container}d`) ?? -1];
        expect(positions.get(containerId)).toEqual(markAt(Math.max(...ways), container));
        expect(name).toBe(`web-${container}`);
      }
      expect(positions.marks()).toHaveLength(new Set(calls.map((one) => one.container)).size);
    }),
  );
});
