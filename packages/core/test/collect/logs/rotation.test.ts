import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '@tallyman/sdk';
import { VirtualClock } from '@tallyman/testkit';
import {
  type EmbeddedContainer,
  type EmbeddedContainerOptions,
  EmbeddedEngine,
} from '@tallyman/testkit/embedded';
import { ScriptedLane } from '../../route/scripted-lane.ts';
import { until, untilOn } from '../../until.ts';
import { numbered, text } from './lines.ts';
import { Reading } from './reading.ts';

const rotation = { entriesPerFile: 10_000, files: 3 };
const oneFile = { entriesPerFile: 1_000, files: 1 };

interface Wishes extends Partial<EmbeddedContainerOptions> {
  /** How many lines it has printed when its log is opened. */
  readonly lines?: number;
  /** What it has printed besides, and how many lines that makes. */
  readonly print?: (web: EmbeddedContainer) => void;
  readonly expected?: number;
  /** How many the lane takes before it is full. */
  readonly free?: number;
}

describe('a log that rotates while it is followed', () => {
  let clock: VirtualClock;
  /** The engine's clock is so much ahead of ours. */
  let shiftMs: number;
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    clock = new VirtualClock(Date.now());
    shiftMs = 0;
    const now = () => clock.now() + shiftMs;
    engine = await new EmbeddedEngine({ clock: { ...systemClock, now } }).start();
  });
  afterEach(() => engine.close());

  test('and was while it was opened is read again where the engine misses a file', async () => {
    await using begun = await opened({ rotation });
    const { lane, web, reading } = begun;

    await clock.advance(1_000);
    web.print('stdout', 'line 1\n');
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(2, 100))));
    // It is handed on once the log's end is known.
    await until(() => lane.lines.length === 2);
    await clock.advance(2_000);
    web.print('stdout', text(numbered(100, 102)));
    await untilOn(clock, () => lane.lines.length === 102);

    expect(lane.lines).toEqual(numbered(0, 102));
    expect(reading.counters.snapshot()).toMatchObject({ log_gaps: 0, log_reconnects: 1 });
  });

  test('and was while it was opened is read again, too, where all that came since is younger than the file', async () => {
    await using begun = await opened({ rotation });
    const { lane, web, reading } = begun;

    web.log.missedByFollowers(() => web.print('stdout', text(numbered(1, 100))));
    web.print('stdout', 'line 100\n');
    await untilOn(clock, () => lane.lines.includes('line 100'));

    expect(lane.lines).toEqual(numbered(0, 101));
    expect(reading.counters.snapshot()).toMatchObject({ log_gaps: 0, log_reconnects: 1 });
  });

  test('and was while it was opened is read again, too, where much came since', async () => {
    await using begun = await opened({ rotation });
    const { lane, web, reading } = begun;

    web.log.missedByFollowers(() => web.print('stdout', text(numbered(1, 100))));
    web.print('stdout', text(numbered(100, 2_000)));
    await untilOn(clock, () => lane.lines.includes('line 1999'));

    expect(lane.lines).toEqual(numbered(0, 2_000));
    expect(reading.counters.snapshot()).toMatchObject({ log_gaps: 0, log_reconnects: 1 });
  });

  test('and was in the midst of a long line, while it was opened, is read again where the engine misses a file', async () => {
    const piece = 'x'.repeat(16 * 1024);
    await using begun = await opened({ rotation });
    const { lane, web, reading } = begun;

    web.print('stdout', `line 1\n`);
    const asked = engine.requests.length;
    web.print('stdout', piece);
    web.log.missedByFollowers(() => web.print('stdout', 'end\n'));
    await untilOn(clock, () => engine.requests.length > asked);
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(2, 100))));
    await clock.advance(1_000);
    web.print('stdout', 'line 100\n');
    await untilOn(clock, () => lane.lines.includes('line 100'));

    expect(lane.lines).toEqual([...numbered(0, 2), `${piece}end`, ...numbered(2, 101)]);
    expect(reading.counters.snapshot()).toMatchObject({ log_gaps: 0 });
  });

  test('and was while it was opened is read again where it falls silent then', async () => {
    await using begun = await opened({ rotation });
    const { lane, web, reading } = begun;

    web.print('stdout', 'line 1\n');
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(2, 100))));
    await untilOn(clock, () => lane.lines.length === 100);

    expect(lane.lines).toEqual(numbered(0, 100));
    expect(reading.counters.snapshot()).toMatchObject({ log_gaps: 0, log_reconnects: 1 });
  });

  test('is read again from its place where nobody took what the engine sent for seconds', async () => {
    await using begun = await heldUp({ rotation });
    const { lane, web, reading } = begun;

    web.log.missedByFollowers(() => web.print('stdout', text(numbered(3, 100))));
    lane.frees(1_000);
    web.print('stdout', 'line 100\n');
    await untilOn(clock, () => lane.lines.length === 101);

    expect(lane.lines).toEqual(numbered(0, 101));
    expect(reading.counters.snapshot().log_gaps).toBe(0);
  });

  test('is read again from its place, too, where that was before the first line came that was printed since', async () => {
    await using begun = await opened({ rotation, lines: 400, free: 1 });
    const { lane, web, reading } = begun;

    await clock.advance(10_000);
    web.print('stdout', 'line 400\n');
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(401, 500))));
    lane.frees(1_000);
    web.print('stdout', 'line 500\n');
    await untilOn(clock, () => lane.lines.length === 501);

    expect(lane.lines).toEqual(numbered(0, 501));
    expect(reading.counters.snapshot().log_gaps).toBe(0);
  });

  test('is read again from its place, too, where that came in many small waits', async () => {
    await using begun = await followed({ rotation, free: 2 });
    const { lane, web, reading } = begun;

    web.print('stdout', text(numbered(2, 15_000)));
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(15_000, 20_000))));
    web.print('stdout', text(numbered(20_000, 20_100)));
    for (let wait = 0; wait < 6; wait++) {
      await untilOn(clock, () => lane.waiting > 0);
      await clock.advance(1_000);
      lane.frees(2_000);
    }
    lane.frees(20_000);
    await untilOn(clock, () => lane.lines.length === 20_100);

    expect(lane.lines).toEqual(numbered(0, 20_100));
    expect(reading.counters.snapshot().log_gaps).toBe(0);
  });

  test('is taken as it comes where it is removed meanwhile', async () => {
    await using begun = await opened({ rotation, autoRemove: true, lines: 400, free: 1 });
    const { lane, web, reading } = begun;

    await clock.advance(10_000);
    web.print('stdout', text(numbered(400, 500))).exit(0);
    await until(() => reading.isGone(web.id));
    lane.frees(1_000);
    await untilOn(clock, () => lane.lines.length === 500);

    expect(lane.lines).toEqual(numbered(0, 500));
    expect(reading.counters.snapshot()).toMatchObject({ log_reconnects: 0 });
  });

  test('is taken as it comes, too, where it is removed when a file was missed', async () => {
    await using begun = await opened({ rotation, autoRemove: true, free: 1 });
    const { lane, web, reading } = begun;

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

  test('and whose file was missed is read again also where the clock was set back by an hour before', async () => {
    await using begun = await followed({ rotation });
    const { lane, web, reading } = begun;

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
      await using begun = await followed({ rotation });
      const { lane, web, reading } = begun;

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

  test('is opened once, where the clock was set back just before', async () => {
    await using begun = await followed({ rotation });
    const { lane, web, reading } = begun;

    shiftMs = -3_600_000;
    web.print('stdout', 'line 2\n');
    await untilOn(clock, () => lane.lines.length === 3);
    engine.cutConnections();
    for (let line = 3; line < 20; line++) {
      await clock.advance(1_000);
      web.print('stdout', `line ${line}\n`);
      await untilOn(clock, () => lane.lines.length === line + 1);
    }

    expect(lane.lines).toEqual(numbered(0, 20));
    expect(reading.counters.snapshot().log_reconnects).toBe(1);
  });

  test('is opened once where the last two lines are not in the order of their times', async () => {
    const print = (web: EmbeddedContainer) => {
      shiftMs = 10;
      web.print('stdout', 'line 1\n');
      shiftMs = 5;
      web.print('stderr', 'line 2\n');
    };
    await using begun = await opened({ rotation, print, expected: 3 });
    const { lane, web, reading } = begun;

    await clock.advance(1_000);
    web.print('stdout', 'line 3\n');
    await untilOn(clock, () => lane.lines.length === 4);

    expect(reading.counters.snapshot().log_reconnects).toBe(0);
  });

  test('is followed on where the engine takes its time to answer how the log ends', async () => {
    await using begun = await opened({ rotation });
    const { lane, web, reading } = begun;

    engine.fault('logs', { delayMs: 8_000 });
    web.print('stdout', 'line 1\n');
    await untilOn(clock, () => lane.lines.length === 2);
    web.print('stdout', 'line 2\n');
    await untilOn(clock, () => lane.lines.length === 3);

    expect(reading.counters.snapshot().log_reconnects).toBe(0);
  });

  test('into its only file is followed on after seconds in which nobody took anything', async () => {
    await using begun = await heldUp({ rotation: oneFile });
    const { lane, web, reading } = begun;

    web.print('stdout', text(numbered(3, 20)));
    lane.frees(1_000);
    await untilOn(clock, () => lane.lines.length === 20);

    expect(lane.lines).toEqual(numbered(0, 20));
    expect(reading.counters.snapshot()).toMatchObject({ log_reconnects: 0, log_gaps: 0 });
  });

  test('into its only file tells of the gap where it was emptied in such seconds', async () => {
    await using begun = await heldUp({ rotation: oneFile });
    const { lane, web, reading } = begun;

    web.print('stdout', text(numbered(3, 1_500)));
    lane.frees(10_000);
    await untilOn(clock, () => lane.lines.includes('line 1499'));

    expect(reading.counters.snapshot()).toMatchObject({ log_reconnects: 0, log_gaps: 1 });
    const reason = expect.stringContaining('the only file of the log was emptied');
    expect(reading.said).toContainEqual(
      expect.objectContaining({ fields: expect.objectContaining({ reason }) }),
    );
  });

  test('into its only file tells of the gap where what it ended with at the opening does not come', async () => {
    await using begun = await opened({ rotation: oneFile });
    const { lane, web, reading } = begun;

    web.print('stdout', 'line 1\n');
    web.log.missedByFollowers(() => web.print('stdout', text(numbered(2, 100))));
    await until(() => lane.lines.length === 2);
    await clock.advance(2_000);
    web.print('stdout', text(numbered(100, 102)));
    await untilOn(clock, () => lane.lines.includes('line 101'));

    expect(lane.lines).toEqual([...numbered(0, 2), ...numbered(100, 102)]);
    expect(reading.counters.snapshot()).toMatchObject({ log_reconnects: 0, log_gaps: 1 });
  });

  test('does not cost one that never does a question', async () => {
    await using begun = await opened({});
    const { lane, web } = begun;

    web.print('stdout', text(numbered(1, 50)));
    await untilOn(clock, () => lane.lines.length === 50);

    expect(engine.requests.filter((each) => each.includes('/logs'))).toHaveLength(1);
  });

  /** A log of three lines; nobody has taken the last of them for 10 s. */
  async function heldUp(wishes: Wishes) {
    const begun = await followed({ ...wishes, free: 2 });
    const { lane, web } = begun;
    web.print('stdout', 'line 2\n');
    await untilOn(clock, () => lane.waiting > 0);
    await clock.advance(10_000);
    return begun;
  }

  /** A log of two lines, one of them printed while it was followed. */
  async function followed(wishes: Wishes) {
    const begun = await opened(wishes);
    const { lane, web } = begun;
    web.print('stdout', 'line 1\n');
    await untilOn(clock, () => lane.lines.length === 2);
    return begun;
  }

  /** A log whose lines the lane has taken, as far as it had room. */
  async function opened({ lines = 1, expected = lines, print, free, ...options }: Wishes) {
    const lane = new ScriptedLane('all', free === undefined ? {} : { free });
    const web = engine.container({ name: 'web', ...options }).start();
    web.print('stdout', text(numbered(0, lines)));
    print?.(web);
    const reading = await Reading.of(engine, [lane], { clock });
    await untilOn(clock, () => lane.lines.length === expected || lane.waiting > 0);
    return { lane, web, reading, [Symbol.asyncDispose]: () => reading[Symbol.asyncDispose]() };
  }
});
