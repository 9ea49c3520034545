import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Clock, systemClock } from '@tallyman/sdk';
import { VirtualClock } from '@tallyman/testkit';
import { type EmbeddedContainerOptions, EmbeddedEngine } from '@tallyman/testkit/embedded';
import { ScriptedLane } from '../../route/scripted-lane.ts';
import { until, untilOn } from '../../until.ts';
import { numbered, text } from './lines.ts';
import { Reading } from './reading.ts';

const rotation = { entriesPerFile: 1_000, files: 3 };
const oneFile = { entriesPerFile: 1_000, files: 1 };

describe('a log that rotates while it is followed', () => {
  let engine: EmbeddedEngine;
  let shiftMs: number;
  let now: () => number;
  beforeEach(async () => {
    shiftMs = 0;
    now = () => Date.now() + shiftMs;
    const clock: Clock = { ...systemClock, now: () => now() };
    engine = await new EmbeddedEngine({ clock }).start();
  });
  afterEach(() => engine.close());

  test('and was while it was opened is read again where the engine misses a file', async () => {
    const lane = new ScriptedLane('all');
    const web = engine.container({ name: 'web', rotation }).start().print('stdout', 'line 0\n');
    await using reading = await Reading.of(engine, [lane]);
    await until(() => lane.lines.length === 1);

    shiftMs = 1_000;
    web.print('stdout', 'line 1\n');
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(2, 100))));
    // It is handed on once the log's last entry is known.
    await until(() => lane.lines.length === 2);
    shiftMs = 3_000;
    web.print('stdout', text(numbered(100, 102)));
    await until(() => lane.lines.length === 102);

    expect(lane.lines).toEqual(numbered(0, 102));
    expect(reading.counters.snapshot()).toMatchObject({ log_gaps: 0, log_reconnects: 1 });
  });

  test('and was while it was opened is read again, too, where all that came since is younger than the file', async () => {
    const lane = new ScriptedLane('all');
    const web = engine.container({ name: 'web', rotation }).start().print('stdout', 'line 0\n');
    await using reading = await Reading.of(engine, [lane]);
    await until(() => lane.lines.length === 1);

    web.log.missedByFollowers(() => web.print('stdout', text(numbered(1, 100))));
    web.print('stdout', 'line 100\n');
    await until(() => lane.lines.includes('line 100'));

    expect(lane.lines).toEqual(numbered(0, 101));
    expect(reading.counters.snapshot()).toMatchObject({ log_gaps: 0, log_reconnects: 1 });
  });

  test('and was while it was opened is read again where it falls silent then', async () => {
    const clock = new VirtualClock(Date.now());
    now = () => clock.now();
    const lane = new ScriptedLane('all');
    const web = engine.container({ name: 'web', rotation }).start().print('stdout', 'line 0\n');
    await using reading = await Reading.of(engine, [lane], { clock });
    await untilOn(clock, () => lane.lines.length === 1);

    web.print('stdout', 'line 1\n');
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(2, 100))));
    await untilOn(clock, () => lane.lines.length === 2);
    web.print('stdout', 'line 100\n');
    await untilOn(clock, () => lane.lines.length === 101);

    expect(lane.lines).toEqual(numbered(0, 101));
    expect(reading.counters.snapshot().log_gaps).toBe(0);
  });

  test('is read again from its place where nobody took what the engine sent for seconds', async () => {
    const clock = new VirtualClock(Date.now());
    now = () => clock.now();
    const lane = new ScriptedLane('all', { free: 2 });
    const web = engine.container({ name: 'web', rotation }).start().print('stdout', 'line 0\n');
    await using reading = await Reading.of(engine, [lane], { clock });
    await untilOn(clock, () => lane.lines.length === 1);
    web.print('stdout', 'line 1\n');
    await untilOn(clock, () => lane.lines.length === 2);

    web.print('stdout', 'line 2\n');
    await untilOn(clock, () => lane.waiting > 0);
    await clock.advance(10_000);
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(3, 100))));
    lane.frees(1_000);
    web.print('stdout', 'line 100\n');
    await untilOn(clock, () => lane.lines.length === 101);

    expect(lane.lines).toEqual(numbered(0, 101));
    expect(reading.counters.snapshot().log_gaps).toBe(0);
  });

  test('is read again from its place, too, where that was before the first line came that was printed since', async () => {
    const clock = new VirtualClock(Date.now());
    now = () => clock.now();
    const lane = new ScriptedLane('all', { free: 1 });
    const web = engine.container({ name: 'web', rotation }).start();
    web.print('stdout', text(numbered(0, 400)));
    await using reading = await Reading.of(engine, [lane], { clock });
    await untilOn(clock, () => lane.waiting > 0);

    await clock.advance(10_000);
    web.print('stdout', 'line 400\n');
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(401, 500))));
    lane.frees(1_000);
    web.print('stdout', 'line 500\n');
    await untilOn(clock, () => lane.lines.length === 501);

    expect(lane.lines).toEqual(numbered(0, 501));
    expect(reading.counters.snapshot().log_gaps).toBe(0);
  });

  test('is taken as it comes where it is removed meanwhile', async () => {
    const clock = new VirtualClock(Date.now());
    now = () => clock.now();
    const lane = new ScriptedLane('all', { free: 1 });
    const web = engine.container({ name: 'web', rotation, autoRemove: true }).start();
    web.print('stdout', text(numbered(0, 400)));
    await using reading = await Reading.of(engine, [lane], { clock });
    await untilOn(clock, () => lane.waiting > 0);

    await clock.advance(10_000);
    web.print('stdout', text(numbered(400, 500))).exit(0);
    await until(() => reading.isGone(web.id));
    lane.frees(1_000);
    await untilOn(clock, () => lane.lines.length === 500);

    expect(lane.lines).toEqual(numbered(0, 500));
    expect(reading.counters.snapshot()).toMatchObject({ log_reconnects: 0 });
  });

  test('is taken as it comes, too, where it is removed when a file was missed', async () => {
    const clock = new VirtualClock(Date.now());
    now = () => clock.now();
    const lane = new ScriptedLane('all', { free: 1 });
    const web = engine.container({ name: 'web', rotation, autoRemove: true }).start();
    web.print('stdout', 'line 0\n');
    await using reading = await Reading.of(engine, [lane], { clock });
    await untilOn(clock, () => lane.lines.length === 1);

    web.print('stdout', 'line 1\n');
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(2, 100))));
    await untilOn(clock, () => lane.waiting > 0);
    await clock.advance(2_000);
    web.print('stdout', 'line 100\n').exit(0);
    await until(() => reading.isGone(web.id));
    lane.frees(1_000);
    await untilOn(clock, () => lane.lines.includes('line 100'));

    expect(lane.lines).toEqual(['line 0', 'line 1', 'line 100']);
  });

  test('does not cost one that never does a question', async () => {
    const lane = new ScriptedLane('all');
    const web = engine.container({ name: 'web' }).start().print('stdout', 'line 0\n');
    await using _reading = await Reading.of(engine, [lane]);
    await until(() => lane.lines.length === 1);

    web.print('stdout', text(numbered(1, 50)));
    await until(() => lane.lines.length === 50);

    expect(asks(engine)).toBe(1);
  });

  test('and whose file was missed is read again also where the clock was set back by an hour before', async () => {
    await using begun = await followedOn(new VirtualClock(Date.now()), { rotation });
    const { lane, web, reading, clock } = begun;

    shiftMs = -3_600_000;
    web.print('stdout', text(numbered(2, 1_100)));
    await untilOn(clock, () => lane.lines.length === 1_100);
    engine.cutConnections();
    await clock.advance(1_000);
    web.print('stdout', 'line 1100\n');
    await untilOn(clock, () => lane.lines.length === 1_101);
    web.print('stdout', 'line 1101\n');
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(1_102, 1_200))));
    await untilOn(clock, () => lane.lines.length === 1_102);
    await clock.advance(3_000);
    web.print('stdout', 'line 1200\n');
    await untilOn(clock, () => lane.lines.length === 1_201);

    expect(lane.lines).toEqual(numbered(0, 1_201));
    expect(reading.counters.snapshot().log_gaps).toBe(0);
  });

  test.each([-3_600_000, 3_600_000])(
    'is followed on where the clock is set by %d ms meanwhile',
    async (ms) => {
      await using begun = await followedOn(new VirtualClock(Date.now()), { rotation });
      const { lane, web, reading, clock } = begun;

      shiftMs = ms;
      for (let line = 2; line < 30; line++) {
        await clock.advance(1_000);
        web.print('stdout', `line ${line}\n`);
        await untilOn(clock, () => lane.lines.length === line + 1);
      }

      expect(lane.lines).toEqual(numbered(0, 30));
      expect(reading.counters.snapshot().log_reconnects).toBe(0);
    },
  );

  test('is followed on where the engine takes its time to answer what the log ends with', async () => {
    const clock = new VirtualClock(Date.now());
    now = () => clock.now();
    const lane = new ScriptedLane('all');
    const web = engine.container({ name: 'web', rotation }).start().print('stdout', 'line 0\n');
    await using reading = await Reading.of(engine, [lane], { clock });
    await untilOn(clock, () => lane.lines.length === 1);

    engine.fault('logs', { delayMs: 8_000 });
    web.print('stdout', 'line 1\n');
    await untilOn(clock, () => lane.lines.length === 2);
    web.print('stdout', 'line 2\n');
    await untilOn(clock, () => lane.lines.length === 3);

    expect(reading.counters.snapshot().log_reconnects).toBe(0);
  });

  test('is read again from its place, too, where that came in many small waits', async () => {
    const clock = new VirtualClock(Date.now());
    now = () => clock.now();
    const lane = new ScriptedLane('all', { free: 1 });
    const web = engine.container({ name: 'web', rotation: { entriesPerFile: 10_000, files: 3 } });
    web.start().print('stdout', text(numbered(0, 5_000)));
    await using reading = await Reading.of(engine, [lane], { clock });
    await untilOn(clock, () => lane.waiting > 0);

    web.print('stdout', 'line 5000\n');
    for (let wait = 0; wait < 10; wait++) {
      await clock.advance(1_000);
      lane.frees(200);
      await until(() => lane.waiting > 0);
    }
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(5_001, 5_100))));
    web.print('stdout', 'line 5100\n');
    lane.frees(10_000);
    await untilOn(clock, () => lane.lines.length === 5_101);

    expect(lane.lines).toEqual(numbered(0, 5_101));
    expect(reading.counters.snapshot().log_gaps).toBe(0);
  });

  test('into its only file is followed on after seconds in which nobody took anything', async () => {
    await using begun = await heldUp({ rotation: oneFile });
    const { lane, web, reading, clock } = begun;

    web.print('stdout', text(numbered(3, 20)));
    lane.frees(1_000);
    await untilOn(clock, () => lane.lines.length === 20);

    expect(lane.lines).toEqual(numbered(0, 20));
    expect(reading.counters.snapshot()).toMatchObject({ log_reconnects: 0, log_gaps: 0 });
  });

  test('into its only file tells of the gap where it was emptied in such seconds', async () => {
    await using begun = await heldUp({ rotation: oneFile });
    const { lane, web, reading, clock } = begun;

    web.print('stdout', text(numbered(3, 1_500)));
    lane.frees(10_000);
    await untilOn(clock, () => lane.lines.includes('line 1499'));

    expect(reading.counters.snapshot()).toMatchObject({ log_reconnects: 0, log_gaps: 1 });
    const reason = expect.stringContaining('the only file of the log was emptied');
    expect(reading.said).toContainEqual(
      expect.objectContaining({ fields: expect.objectContaining({ reason }) }),
    );
  });

  /** A log of three lines that nobody has taken the last of for 10 s. */
  async function heldUp(options: Partial<EmbeddedContainerOptions>) {
    const begun = await followedOn(new VirtualClock(Date.now()), options, 2);
    const { lane, web, clock } = begun;
    web.print('stdout', 'line 2\n');
    await untilOn(clock, () => lane.waiting > 0);
    await clock.advance(10_000);
    return begun;
  }

  /** A container that has printed two lines, the second while its log was followed, and a lane that has them. */
  async function followedOn(
    clock: VirtualClock,
    options: Partial<EmbeddedContainerOptions>,
    free = 10_000,
  ) {
    now = () => clock.now() + shiftMs;
    const lane = new ScriptedLane('all', { free });
    const web = engine
      .container({ name: 'web', ...options })
      .start()
      .print('stdout', 'line 0\n');
    const reading = await Reading.of(engine, [lane], { clock });
    await untilOn(clock, () => lane.lines.length === 1);
    web.print('stdout', 'line 1\n');
    await untilOn(clock, () => lane.lines.length === 2);
    return {
      lane,
      web,
      reading,
      clock,
      [Symbol.asyncDispose]: () => reading[Symbol.asyncDispose](),
    };
  }
});

function asks(engine: EmbeddedEngine): number {
  return engine.requests.filter((each) => each.includes('/logs')).length;
}
