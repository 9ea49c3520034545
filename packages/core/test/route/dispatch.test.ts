import { describe, expect, test } from '@jest/globals';
import { expectBalanced } from '@tallyman/testkit';
import fc from 'fast-check';
import { dispatch, dispatchAtOnce } from '../../src/route/router.ts';
import { recordsTo } from '../ship/records.ts';
import { ScriptedLane } from './scripted-lane.ts';

const never = new AbortController().signal;
const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => String(from + index));

describe('handing records to lanes', () => {
  test('does not wait where all lanes have room', () => {
    const lanes = [new ScriptedLane('a'), new ScriptedLane('b')];

    expect(dispatch(recordsTo(3), lanes, never)).toBeUndefined();

    expect(lanes.map((lane) => lane.ids)).toEqual([ids(0, 3), ids(0, 3)]);
  });

  test('does not wait, and does nothing, where there is no lane', () => {
    expect(dispatch(recordsTo(3), [], never)).toBeUndefined();
  });

  test('a full lane beside a free one loses the rest and counts it', () => {
    const [full, free] = [new ScriptedLane('full', { free: 1 }), new ScriptedLane('free')];

    expect(dispatch(recordsTo(5), [full, free], never)).toBeUndefined();

    expect(free.ids).toEqual(ids(0, 5));
    expect(full.account()).toEqual({
      offered: 5,
      delivered: 0,
      dropped: { queue_full: 4 },
      held: 1,
    });
  });

  test('waits while every lane is full, and goes on with what each still lacks', async () => {
    const lane = new ScriptedLane('only', { free: 2 });
    const waiting = dispatch(recordsTo(5), [lane], never);
    expect(waiting).toBeInstanceOf(Promise);
    expect(lane.ids).toEqual(ids(0, 2));

    lane.frees(1);
    await Promise.resolve();
    lane.frees(2);
    await waiting;

    expect(lane.ids).toEqual(ids(0, 5));
    expect(lane.account().dropped).toEqual({});
    expect(lane.waiting).toBe(0);
  });

  test('of several full lanes the first that has all releases the reader', async () => {
    const [slow, quick] = [
      new ScriptedLane('slow', { free: 1 }),
      new ScriptedLane('quick', { free: 2 }),
    ];
    const waiting = dispatch(recordsTo(4), [slow, quick], never);

    slow.frees(1);
    quick.frees(2);
    await waiting;

    expect(quick.ids).toEqual(ids(0, 4));
    expect(slow.account()).toMatchObject({ offered: 4, dropped: { queue_full: 2 } });
    expect([slow.waiting, quick.waiting]).toEqual([0, 0]);
  });

  test('an abort ends the waiting with its reason', async () => {
    const lane = new ScriptedLane('full', { free: 0 });
    const stopping = new AbortController();
    const waiting = dispatch(recordsTo(1), [lane], stopping.signal);

    stopping.abort(new Error('stopping'));

    await expect(waiting).rejects.toThrow('stopping');
    expect(lane.account().offered).toBe(0);
    expect(lane.waiting).toBe(0);
  });

  test('what cannot be read again does not wait: it is lost to a full lane, and counted', () => {
    const lanes = [new ScriptedLane('a', { free: 0 }), new ScriptedLane('b', { free: 1 })];

    dispatchAtOnce(recordsTo(2), lanes);

    expect(lanes.map((lane) => lane.account().dropped)).toEqual([
      { queue_full: 2 },
      { queue_full: 1 },
    ]);
  });

  test('every lane’s account balances, whatever room they have and get', async () => {
    const steps = fc.array(fc.tuple(fc.nat(2), fc.nat(4)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }),
        fc.nat(8),
        steps,
        async (rooms, count, frees) => {
          const lanes = rooms.map((free, index) => new ScriptedLane(String(index), { free }));
          const waiting = dispatch(recordsTo(count), lanes, never);
          for (const [index, records] of frees) {
            lanes[index % lanes.length]?.frees(records);
            await Promise.resolve();
          }
          lanes[0]?.frees(100);
          await waiting;

          for (const lane of lanes) {
            expectBalanced(lane.account());
            expect(lane.account().offered).toBe(count);
            expect(lane.ids).toEqual(ids(0, lane.ids.length));
          }
          if (count > 0) expect(lanes.some((lane) => lane.ids.length === count)).toBe(true);
        },
      ),
    );
  });
});
