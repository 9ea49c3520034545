import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '@tallyman/sdk';
import { VirtualClock } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import fc from 'fast-check';
import { ScriptedLane } from '../../route/scripted-lane.ts';
import { until, untilOn } from '../../until.ts';
import { numbered, text } from './lines.ts';
import { Reading, routed } from './reading.ts';

describe('a lane that does not keep up', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  test('holds nobody up, and later reads by itself what it missed, once and in order', async () => {
    const [slow, quick] = [new ScriptedLane('slow', { free: 10 }), new ScriptedLane('quick')];
    const web = engine.container({ name: 'web' }).start();
    await using _reading = await Reading.of(engine, [slow, quick]);

    for (const line of numbered(0, 2_000)) web.print('stdout', `${line}\n`);
    await until(() => quick.lines.length === 2_000);
    expect(slow.lines.length).toBeLessThan(2_000);
    slow.frees(10_000);
    await until(() => slow.lines.length === 2_000);
    web.print('stdout', text(numbered(2_000, 2_010)));
    await until(() => slow.lines.length === 2_010 && quick.lines.length === 2_010);

    expect(slow.lines).toEqual(numbered(0, 2_010));
    expect(quick.lines).toEqual(numbered(0, 2_010));
    expect(quick.history).toBe(0);
  });

  test('finds its place at once, however far it and the others are behind the end of the log', async () => {
    const [slow, quick] = [
      new ScriptedLane('slow', { free: 10 }),
      new ScriptedLane('quick', { free: 600 }),
    ];
    let shiftMs = 0;
    const clock = { ...systemClock, now: () => Date.now() + shiftMs++ };
    await using busy = await new EmbeddedEngine({ clock }).start();
    const web = busy.container({ name: 'web' }).start();
    await using reading = await Reading.of(busy, [slow, quick]);

    for (const line of numbered(0, 9_000)) web.print('stdout', `${line}\n`);
    await until(() => quick.waiting > 0 && slow.waiting > 0);
    slow.frees(10_000);
    await until(() => slow.lines.length === 9_000);

    expect(slow.lines).toEqual(numbered(0, 9_000));
    expect(reading.counters.snapshot().log_reconnects).toBe(0);
  });

  test('misses nothing where more passes than is kept for it while its place is looked for', async () => {
    const [slow, quick] = [new ScriptedLane('slow', { free: 10 }), new ScriptedLane('quick')];
    const web = engine.container({ name: 'web' }).start();
    await using _reading = await Reading.of(engine, [slow, quick]);
    for (const line of numbered(0, 2_000)) web.print('stdout', `${line}\n`);
    await until(() => quick.lines.length === 2_000 && slow.waiting > 0);

    // The first question is for the log's last line; the second, for its end, brings the place of the others alone.
    engine.fault('logs', { delayMs: 300 });
    const asked = engine.requests.length;
    slow.frees(10_000);
    await until(() => engine.requests.length > asked);
    const long = numbered(2_000, 2_400).map((line) => `${line} ${'x'.repeat(4_000)}`);
    for (const line of long) web.print('stdout', `${line}\n`);
    await until(() => quick.lines.length === 2_400);
    await until(() => slow.lines.includes(long.at(-1) ?? ''));

    expect(slow.lines).toEqual([...numbered(0, 2_000), ...long]);
  });

  test('tells how far it is behind, as far as others have read on', async () => {
    const [slow, quick] = [new ScriptedLane('slow', { free: 1 }), new ScriptedLane('quick')];
    const web = engine.container({ name: 'web' }).start();
    await using reading = await Reading.of(engine, [slow, quick]);
    web.print('stdout', 'one\n');
    await until(() => slow.lines.length === 1);

    for (const line of numbered(0, 20)) web.print('stdout', `${line}\n`);
    await until(() => quick.lines.length === 21);

    const nothing = { containers: 0, records: 0, bytes: 0, doneBytes: 0, seconds: 0 };
    expect(reading.lagOf(quick)).toEqual(nothing);
    const { containers, records, bytes, doneBytes } = reading.lagOf(slow);
    expect([containers, records, doneBytes]).toEqual([1, 20, 0]);
    expect(bytes).toBeGreaterThan(records * 'line 0'.length);
    slow.frees(100);
    await until(() => slow.lines.length === 21);
    await until(() => reading.lagOf(slow).containers === 0);
  });

  test('tells how much of it it has caught up with, and how much is left', async () => {
    const [slow, quick] = [new ScriptedLane('slow', { free: 1 }), new ScriptedLane('quick')];
    const web = engine.container({ name: 'web' }).start();
    await using reading = await Reading.of(engine, [slow, quick]);
    web.print('stdout', 'one\n');
    await until(() => slow.lines.length === 1);
    web.print('stdout', text(numbered(0, 2_000)));
    await until(() => quick.lines.length === 2_001);
    const missed = reading.lagOf(slow);

    // More than one line is taken with it: a chunk is taken whole.
    slow.frees(1);
    await until(() => reading.lagOf(slow).doneBytes > 0);
    const { bytes, doneBytes } = reading.lagOf(slow);
    slow.frees(10_000);
    await until(() => reading.lagOf(slow).containers === 0);

    expect(doneBytes).toBeLessThan(missed.bytes);
    expect(bytes + doneBytes).toBe(missed.bytes);
    expect(reading.lagOf(slow).doneBytes).toBe(0);
  });

  test('that is making room is waited for a moment, and need not read for itself', async () => {
    const [slow, quick] = [new ScriptedLane('slow', { free: 1 }), new ScriptedLane('quick')];
    slow.isMakingRoom = true;
    const web = engine.container({ name: 'web' }).start();
    await using _reading = await Reading.of(engine, [slow, quick]);
    web.print('stdout', 'one\n');
    await until(() => slow.lines.length === 1);

    for (const line of numbered(0, 20)) web.print('stdout', `${line}\n`);
    await until(() => slow.waiting > 0);
    slow.frees(100);
    web.print('stdout', 'end\n');
    await until(() => [slow, quick].every((lane) => lane.lines.includes('end')));

    expect(slow.lines).toEqual(quick.lines);
    expect(slow.history).toBe(0);
  });

  test('comes back to a container that has stopped meanwhile', async () => {
    const [slow, quick] = [new ScriptedLane('slow', { free: 1 }), new ScriptedLane('quick')];
    const web = engine.container({ name: 'web' }).start();
    await using _reading = await Reading.of(engine, [slow, quick]);
    web.print('stdout', 'one\n');
    await until(() => slow.lines.length === 1);

    web.print('stdout', 'two\n').print('stderr', 'three\n').print('stdout', 'unfinished').exit(1);
    await until(() => quick.lines.length === 4);
    slow.frees(100);
    await until(() => slow.lines.length === 4);

    expect(slow.lines).toEqual(quick.lines);
  });

  test('while no lane has room nothing is read, and then everything is', async () => {
    const lanes = [new ScriptedLane('a', { free: 5 }), new ScriptedLane('b', { free: 9 })];
    const web = engine.container({ name: 'web' }).start();
    await using _reading = await Reading.of(engine, lanes);

    web.print('stdout', text(numbered(0, 10)));
    await until(() => lanes.every((lane) => lane.lines.length === 10));
    web.print('stdout', text(numbered(10, 100)));
    await until(() => lanes.every((lane) => lane.waiting > 0));
    for (const lane of lanes) lane.frees(1_000);
    await until(() => lanes.every((lane) => lane.lines.length === 100));

    for (const lane of lanes) expect(lane.lines).toEqual(numbered(0, 100));
  });

  test('is told apart from its container: that one is gone with what the lane missed, and this is counted', async () => {
    const [dead, quick] = [new ScriptedLane('dead', { free: 1 }), new ScriptedLane('quick')];
    const web = engine.container({ name: 'web' }).start();
    await using reading = await Reading.of(engine, [dead, quick]);
    web.print('stdout', 'one\n');
    await until(() => dead.lines.length === 1);
    web.print('stdout', 'two\n');
    await until(() => quick.lines.length === 2);

    web.exit(0).remove();
    await until(() => reading.says('A container was removed before its log was read to the end.'));

    expect(reading.counters.snapshot().log_unread_containers).toBe(1);
    expect(dead.taken.filter(({ kind }) => kind === 'event')).toEqual([
      expect.objectContaining({ action: 'gap' }),
    ]);
  });

  test('and is the only one, misses what was left of a container that is removed, and this is counted', async () => {
    const clock = new VirtualClock(Date.now());
    const lane = new ScriptedLane('only', { free: 1 });
    const web = engine.container({ name: 'web' }).start().print('stdout', 'one\n');
    await using reading = await Reading.of(engine, [lane], { clock });
    await untilOn(clock, () => lane.lines.length === 1);
    web.print('stdout', 'two\n');
    await untilOn(clock, () => lane.waiting > 0);

    await clock.advance(120_000);
    web.exit(0).remove();
    await untilOn(clock, () =>
      reading.says('A container was removed before its log was read to the end.'),
    );

    expect(reading.counters.snapshot().log_unread_containers).toBe(1);
    expect(lane.lines).toEqual(['one']);
  });

  test('and stands further on than the others then, goes on alone until they have come', async () => {
    const clock = new VirtualClock(Date.now());
    const [slow, quick] = [
      new ScriptedLane('slow', { free: 10 }),
      new ScriptedLane('quick', { free: 1_000 }),
    ];
    const web = engine.container({ name: 'web' }).start();
    await using _reading = await Reading.of(engine, [slow, quick], { clock });
    for (const line of numbered(0, 9_000)) web.print('stdout', `${line}\n`);
    await untilOn(clock, () => quick.waiting > 0 && slow.waiting > 0);
    await clock.advance(120_000);

    slow.frees(1);
    await untilOn(clock, () => slow.lines.length > 10 && slow.waiting > 0);
    quick.frees(10_000);
    let fedMs = clock.monotonicMs();
    await untilOn(clock, () => {
      const isDue = clock.monotonicMs() > fedMs + 5_000;
      if (isDue) fedMs = clock.monotonicMs();
      if (isDue) slow.frees(1);
      return quick.lines.length >= 9_000;
    });
    const slowLines = slow.lines.length;
    slow.frees(10_000);
    await untilOn(clock, () => slow.lines.length >= 9_000);
    web.print('stdout', text(numbered(9_000, 9_010)));
    await untilOn(clock, () => [slow, quick].every((lane) => lane.lines.includes('line 9009')));

    expect(slowLines).toBeLessThan(9_000);
    expect(slow.lines).toEqual(numbered(0, 9_010));
    expect(quick.lines).toEqual(numbered(0, 9_010));
  });

  describe('of a log of which the others have read nothing yet', () => {
    let past: EmbeddedEngine;
    let behindMs: number;
    beforeEach(async () => {
      behindMs = 3_600_000;
      const clock = { ...systemClock, now: () => Date.now() - behindMs };
      past = await new EmbeddedEngine({ clock }).start();
    });
    afterEach(() => past.close());

    test('reads all that is older, and then with them', async () => {
      const [present, early] = lanesOf({});
      const web = past.container({ name: 'web' }).start().print('stdout', 'before\n');
      behindMs = 0;
      await using reading = await Reading.of(past, [present], { logs: { startAt: 'now' } });
      reading.reconfigure(routed([present, early]), { startAt: 'beginning' });
      await until(() => early.lines.length === 1);
      web.print('stdout', 'after\n');
      await until(() => [present, early].every(({ lines }) => lines.includes('after')));

      expect(present.lines).toEqual(['after']);
      expect(early.lines).toEqual(['before', 'after']);
    });

    test('misses it where the container is removed before there is room', async () => {
      const [present, early] = lanesOf({ free: 0 });
      const web = past.container({ name: 'web' }).start().print('stdout', 'before\n');
      behindMs = 0;
      await using reading = await Reading.of(past, [present], { logs: { startAt: 'now' } });
      reading.reconfigure(routed([present, early]), { startAt: 'beginning' });
      await until(() => early.waiting > 0);
      web.exit(0).remove();
      await until(() =>
        reading.says('A container was removed before its log was read to the end.'),
      );

      expect(reading.counters.snapshot().log_unread_containers).toBe(1);
    });

    /** One for which all of it is history, and one that takes everything. */
    function lanesOf(options: { readonly free?: number }): [ScriptedLane, ScriptedLane] {
      const bornAt = new Date().toISOString().replace('Z', '000000Z');
      return [new ScriptedLane('present', { bornAt }), new ScriptedLane('early', options)];
    }
  });

  test('whatever room the lanes have, and when: each gets each line once, in the order of its output', async () => {
    const step = fc.oneof(
      fc.record({ does: fc.constant('print' as const), lines: fc.integer({ min: 1, max: 400 }) }),
      fc.record({
        does: fc.constant('frees' as const),
        lane: fc.nat(2),
        room: fc.integer({ min: 1, max: 300 }),
      }),
      fc.record({ does: fc.constant('fills' as const), lane: fc.nat(2) }),
      fc.constantFrom(
        { does: 'cut' as const },
        { does: 'restart' as const },
        { does: 'settle' as const },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.nat(), async (steps, seed) => {
        await using world = await new EmbeddedEngine({ chunking: { seed } }).start();
        const lanes = ['a', 'b', 'c'].map((name) => new ScriptedLane(name, { free: 100 }));
        const web = world.container({ name: 'web' }).start();
        await using _reading = await Reading.of(world, lanes);

        let printed = 0;
        for (const each of steps) {
          if (each.does === 'print') {
            for (const line of numbered(printed, printed + each.lines))
              web.print(printed % 3 === 0 ? 'stderr' : 'stdout', `${line}\n`);
            printed += each.lines;
          } else if (each.does === 'frees') lanes[each.lane]?.frees(each.room);
          else if (each.does === 'fills') lanes[each.lane]?.fill();
          else if (each.does === 'cut') world.cutConnections();
          else if (each.does === 'restart') web.restart();
          else for (let turn = 0; turn < 30; turn++) await new Promise(setImmediate);
        }
        for (const lane of lanes) lane.frees(1_000_000);
        await until(() => lanes.every((lane) => lane.lines.length >= printed));

        for (const lane of lanes) {
          expect(lane.lines.toSorted()).toEqual(numbered(0, printed).toSorted());
          for (const stream of ['stdout', 'stderr'])
            expect(numbersOf(lane, stream)).toEqual(
              numbersOf(lane, stream).toSorted((a, b) => a - b),
            );
        }
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});

function numbersOf(lane: ScriptedLane, stream: string): readonly number[] {
  return lane.taken.flatMap((record) =>
    record.kind === 'log' && record.stream === stream ? [Number(record.message.slice(5))] : [],
  );
}
