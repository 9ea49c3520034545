import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Clock, systemClock } from '@tallyman/sdk';
import { VirtualClock } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { ScriptedLane } from '../../route/scripted-lane.ts';
import { until, untilOn } from '../../until.ts';
import { numbered, text } from './lines.ts';
import { Reading, type ReadingWishes } from './reading.ts';

describe('a log in bad weather', () => {
  let engine: EmbeddedEngine;
  let shiftMs: number;
  beforeEach(async () => {
    shiftMs = 0;
    const clock: Clock = { ...systemClock, now: () => Date.now() + shiftMs };
    engine = await new EmbeddedEngine({ clock }).start();
  });
  afterEach(() => engine.close());

  test('with a place that a power cut damaged is read on behind it, where asking by time answers nothing', async () => {
    await using begun = await tenLinesRead(engine);
    const { lane, web, reading } = begun;

    web.log.damage();
    web.print('stdout', text(numbered(10, 5_000)));
    await until(() => lane.lines.length === 5_000);
    engine.cutConnections();
    web.print('stdout', text(numbered(5_000, 5_010)));
    await until(() => lane.lines.length === 5_010);

    expect(lane.lines).toEqual(numbered(0, 5_010));
    expect(reading.counters.snapshot().log_gaps).toBe(0);
  });

  test('whose known line stood before the damage loses nothing that can be read, and tells the gap', async () => {
    const clock = new VirtualClock(Date.now());
    await using begun = await tenLinesRead(engine, { clock });
    const { lane, web, reading } = begun;

    await engine.stop();
    web.log.damage();
    web.print('stdout', text(numbered(10, 700)));
    await engine.start();
    await untilOn(clock, () => lane.lines.length === 700);
    web.print('stdout', 'end\n');
    await untilOn(clock, () => lane.lines.includes('end'));

    expect(lane.lines).toEqual([...numbered(0, 700), 'end']);
    expect(reading.counters.snapshot().log_gaps).toBe(1);
  });

  test('that grows while a way around the damage is looked for loses nothing, and the gap is told once', async () => {
    const clock = new VirtualClock(Date.now());
    await using begun = await tenLinesRead(engine, { clock });
    const { lane, web, reading } = begun;
    let printed = 10;
    const print = (count: number) => {
      web.print('stdout', text(numbered(printed, printed + count)));
      printed += count;
    };

    await engine.stop();
    web.log.damage();
    print(20);
    await engine.start();
    // One line between any two questions.
    for (let asked = 0; printed < 60; ) {
      await untilOn(clock, () => asks(engine) > asked);
      asked = asks(engine);
      print(1);
    }
    await untilOn(clock, () => lane.lines.length >= printed);

    expect(lane.lines).toEqual(numbered(0, printed));
    expect(reading.counters.snapshot().log_gaps).toBe(1);
  });

  test('is read on where the clock was set back, without a repeat', async () => {
    await using begun = await tenLinesRead(engine);
    const { lane, web, reading } = begun;

    shiftMs = -3_600_000;
    web.print('stdout', text(numbered(10, 20)));
    await until(() => lane.lines.length === 20);
    engine.cutConnections();
    web.print('stdout', text(numbered(20, 30)));
    await until(() => lane.lines.length === 30);

    expect(lane.lines).toEqual(numbered(0, 30));
    expect(reading.counters.snapshot().log_gaps).toBe(0);
  });

  test('is read over a new connection where the old one has gone silent without a word', async () => {
    const clock = new VirtualClock(Date.now());
    const lane = new ScriptedLane('all');
    const web = engine.container({ name: 'web' }).start();
    engine.fault('logs', { connection: 'hang', afterBytes: 200 });
    await using reading = await Reading.of(engine, [lane], { clock });

    web.print('stdout', text(numbered(0, 20)));
    await untilOn(clock, () => lane.lines.length === 20);

    expect(lane.lines).toEqual(numbered(0, 20));
    expect(reading.counters.snapshot()).toMatchObject({ log_gaps: 0, log_reconnects: 1 });
  });

  test('and after an outage of the engine few logs are opened at once', async () => {
    const lane = new ScriptedLane('all');
    const names = Array.from({ length: 40 }, (_, n) => `c${n}`);
    for (const name of names) engine.container({ name }).start().print('stdout', `${name}\n`);
    await using _reading = await Reading.of(engine, [lane]);
    await until(() => lane.lines.length === 40);

    await engine.stop();
    const asked = engine.requests.length;
    engine.fault('logs', { connection: 'hang', times: Number.POSITIVE_INFINITY });
    await engine.start();
    await until(() => engine.requests.slice(asked).some((each) => each.includes('/logs')));
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    const opened = engine.requests.slice(asked).filter((each) => each.includes('/logs')).length;
    engine.clearFaults();

    expect(opened).toBeGreaterThan(0);
    expect(opened).toBeLessThanOrEqual(8);
  });
});

/** A container that has printed ten lines, and a lane that has them. */
async function tenLinesRead(engine: EmbeddedEngine, wishes: ReadingWishes = {}) {
  const lane = new ScriptedLane('all');
  const web = engine
    .container({ name: 'web' })
    .start()
    .print('stdout', text(numbered(0, 10)));
  const reading = await Reading.of(engine, [lane], wishes);
  await until(() => lane.lines.length === 10);
  return { lane, web, reading, [Symbol.asyncDispose]: () => reading[Symbol.asyncDispose]() };
}

function asks(engine: EmbeddedEngine): number {
  return engine.requests.filter((each) => each.includes('/logs')).length;
}
