import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Clock, systemClock } from '@tallyman/sdk';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { ScriptedLane } from '../../route/scripted-lane.ts';
import { until } from '../../until.ts';
import { Reading } from './reading.ts';

const pieceBytes = 16 * 1024;
/** A piece of a line that is like no other. */
const piece = (number: number) => `${number}`.repeat(pieceBytes).slice(0, pieceBytes);

describe('a long line of a log that is followed', () => {
  let engine: EmbeddedEngine;
  let shiftMs: number;
  beforeEach(async () => {
    shiftMs = 0;
    const clock: Clock = { ...systemClock, now: () => Date.now() + shiftMs };
    engine = await new EmbeddedEngine({ clock }).start();
  });
  afterEach(() => engine.close());

  test('comes as it was printed where the engine sends a piece of it twice', async () => {
    await using begun = await oneLineRead(engine);
    const { lane, web, reading } = begun;

    web.print('stdout', `${piece(1)}${piece(2)}`);
    web.log.sendAgain(1);
    web.print('stdout', 'end\nnext\n');
    await until(() => lane.lines.includes('next'));

    expect(lane.lines).toEqual(['first', `${piece(1)}${piece(2)}end`, 'next']);
    expect(reading.counters.snapshot()).toMatchObject({ log_repeats: 1, log_gaps: 0 });
  });

  test('comes as it was printed where the engine goes back by several pieces of it', async () => {
    await using begun = await oneLineRead(engine);
    const { lane, web } = begun;

    web.print('stdout', `${piece(1)}${piece(2)}${piece(3)}`);
    web.log.sendAgain(2);
    web.print('stdout', 'end\nnext\n');
    await until(() => lane.lines.includes('next'));

    expect(lane.lines).toEqual(['first', `${piece(1)}${piece(2)}${piece(3)}end`, 'next']);
  });

  test('may have the same piece twice: the log is asked for a few of them, and is followed on', async () => {
    await using begun = await oneLineRead(engine);
    const { lane, web, reading } = begun;
    const asked = asks(engine);

    const lines = Array.from({ length: 10 }, (_, n) => `${piece(n).repeat(3)}end ${n}`);
    for (const line of lines) {
      web.print('stdout', `${line}\n`);
      await until(() => lane.lines.includes(line));
    }

    expect(lane.lines).toEqual(['first', ...lines]);
    expect(asks(engine) - asked).toBe(3);
    expect(reading.counters.snapshot()).toMatchObject({ log_repeats: 0, log_reconnects: 0 });
  });

  test('may have it with many younger lines of the other stream in between', async () => {
    await using begun = await oneLineRead(engine);
    const { lane, web, reading } = begun;
    const between = Array.from({ length: 5_000 }, (_, n) => `${n} ${'between '.repeat(20)}`);

    web.print('stdout', piece(1));
    shiftMs = 60_000;
    web.print('stderr', `${between.join('\n')}\n`);
    web.print('stdout', `${piece(1)}end\n`);
    await until(() => lane.lines.length === 5_002);

    expect(lane.lines).toEqual(['first', ...between, `${piece(1)}${piece(1)}end`]);
    expect(reading.counters.snapshot()).toMatchObject({ log_repeats: 0, log_reconnects: 0 });
  });

  test('is taken as it came where its container is gone before the log was asked', async () => {
    await using begun = await oneLineRead(engine);
    const { lane, web } = begun;

    engine.fault('logs', { status: 404 });
    web.print('stdout', `${piece(1)}${piece(1)}end\n`);
    await until(() => lane.lines.length === 2);

    expect(lane.lines).toEqual(['first', `${piece(1)}${piece(1)}end`]);
  });

  test('comes once and whole where the engine fails to answer what stands in the log', async () => {
    await using begun = await oneLineRead(engine);
    const { lane, web } = begun;

    engine.fault('logs', { status: 500 });
    web.print('stdout', `${piece(1)}${piece(1)}end\nnext\n`);
    await until(() => lane.lines.includes('next'));

    expect(lane.lines).toEqual(['first', `${piece(1)}${piece(1)}end`, 'next']);
  });
});

async function oneLineRead(engine: EmbeddedEngine) {
  const lane = new ScriptedLane('all');
  const web = engine.container({ name: 'web' }).start().print('stdout', 'first\n');
  const reading = await Reading.of(engine, [lane]);
  await until(() => lane.lines.length === 1);
  return { lane, web, reading, [Symbol.asyncDispose]: () => reading[Symbol.asyncDispose]() };
}

function asks(engine: EmbeddedEngine): number {
  return engine.requests.filter((each) => each.includes('/logs')).length;
}
