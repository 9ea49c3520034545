import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { ScriptedLane } from '../../route/scripted-lane.ts';
import { until } from '../../until.ts';
import { numbered, text } from './lines.ts';
import { Reading, routed } from './reading.ts';

/** The lanes, of which the first does not take any container. */
const withoutFirst = (lanes: readonly ScriptedLane[]) =>
  lanes.map((lane, at) => ({ lane, include: [], exclude: at === 0 ? [{ name: '*' }] : [] }));

describe('logs that are read on by other settings', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  test('a lane that catches up reads no more once it does not take the log; then it goes on from there', async () => {
    const [slow, quick] = [new ScriptedLane('slow', { free: 1 }), new ScriptedLane('quick')];
    const web = engine.container({ name: 'web' }).start();
    await using reading = await Reading.of(engine, [slow, quick]);
    web.print('stdout', 'one\n');
    await until(() => slow.lines.length === 1);
    for (const line of numbered(0, 2_000)) web.print('stdout', `${line}\n`);
    await until(() => quick.lines.length === 2_001);
    slow.frees(1);
    await until(() => slow.history > 0 && slow.waiting > 0);
    const taken = slow.lines.length;

    reading.reconfigure(withoutFirst([slow, quick]));
    slow.frees(10_000);
    web.print('stdout', 'two\n');
    await until(() => quick.lines.includes('two'));
    expect(slow.lines).toHaveLength(taken);
    reading.reconfigure(routed([slow, quick]));
    await until(() => slow.lines.includes('two'));

    expect(slow.lines).toEqual(quick.lines);
    expect(new Set(slow.lines).size).toBe(2_002);
  });

  test('a lane that others are just waiting for misses nothing when the log is read in another way', async () => {
    const [slow, quick] = [new ScriptedLane('slow', { free: 1 }), new ScriptedLane('quick')];
    slow.isMakingRoom = true;
    const web = engine.container({ name: 'web' }).start();
    await using reading = await Reading.of(engine, [slow, quick]);
    web.print('stdout', 'one\n');
    await until(() => slow.lines.length === 1);
    web.print('stdout', text(numbered(0, 20)));
    await until(() => slow.waiting > 0 && quick.lines.length === 21);

    reading.reconfigure(routed([slow, quick]), { maxLineBytes: 1_000 });
    slow.frees(1_000);
    web.print('stdout', 'end\n');
    await until(() => [slow, quick].every((lane) => lane.lines.includes('end')));

    expect(slow.lines).toEqual(['one', ...numbered(0, 20), 'end']);
    expect(quick.lines).toEqual(slow.lines);
  });

  test('a lane that is removed while all wait for room holds the others up no longer', async () => {
    const [full, other] = [
      new ScriptedLane('full', { free: 1 }),
      new ScriptedLane('other', { free: 2 }),
    ];
    const web = engine.container({ name: 'web' }).start();
    await using reading = await Reading.of(engine, [full, other]);
    web.print('stdout', 'one\n');
    await until(() => [full, other].every((lane) => lane.lines.length === 1));
    web.print('stdout', 'two\n');
    await until(() => other.lines.length === 2);
    web.print('stdout', 'three\n');
    await until(() => other.waiting > 0);

    const added = new ScriptedLane('added', { bornAt: '2999-01-01T00:00:00.000000000Z' });
    reading.reconfigure(routed([other, added]));
    other.frees(10);
    await until(() => other.lines.length === 3);

    expect(other.lines).toEqual(['one', 'two', 'three']);
    expect(full.lines).toEqual(['one']);
    expect(added.lines).toEqual([]);
  });

  test('a lane that comes as the only other one goes is read for from its own place', async () => {
    const [going, coming] = [new ScriptedLane('going'), new ScriptedLane('coming')];
    const web = engine.container({ name: 'web' }).start();
    await using reading = await Reading.of(engine, [going, coming]);
    web.print('stdout', 'one\n');
    await until(() => [going, coming].every((lane) => lane.lines.length === 1));
    reading.reconfigure(routed([going]));
    web.print('stdout', 'two\n');
    await until(() => going.lines.length === 2);

    reading.reconfigure(routed([coming]));
    web.print('stdout', 'three\n');
    await until(() => coming.lines.includes('three'));

    expect(coming.lines).toEqual(['one', 'two', 'three']);
    expect(going.lines).toEqual(['one', 'two']);
  });

  test('what a lane holds is not read for it again, wherever it has its marks', async () => {
    const lane = new ScriptedLane('all');
    const web = engine.container({ name: 'web' }).start();
    await using reading = await Reading.of(engine, [lane]);
    web.print('stdout', 'one\n');
    await until(() => lane.lines.length === 1);
    // As one that has settled nothing yet.
    lane.positions.forget(web.id);

    reading.reconfigure(withoutFirst([lane]));
    reading.reconfigure(routed([lane]));
    web.print('stdout', 'two\n');
    await until(() => lane.lines.includes('two'));

    expect(lane.lines).toEqual(['one', 'two']);
  });
});
