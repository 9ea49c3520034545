import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../src/clock.ts';
import { EmbeddedEngine } from '../../src/embedded/index.ts';
import { actionsOf, ask, jsonOf, linesOf, open, textOf } from './asking.ts';

const log = '/containers/web/logs?stdout=1';

describe('faults of the embedded engine', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
    engine.container({ name: 'web' }).start().print('stdout', 'hello\nworld\n');
  });
  afterEach(() => engine.close());

  test('a status is answered so many times, with a message as the engine words it', async () => {
    engine.fault('logs', { status: 500, message: 'no such file', times: 2 });

    const statuses = [];
    for (let turn = 0; turn < 3; turn++) statuses.push((await ask(engine, log)).status);

    expect(statuses).toEqual([500, 500, 200]);
  });

  test('faults wait for their turn and for their container', async () => {
    engine.container({ name: 'db' }).start();
    engine.fault('inspect', { status: 409, container: 'db' }).fault('inspect', { status: 503 });

    expect((await ask(engine, '/containers/web/json')).status).toBe(503);
    expect((await ask(engine, '/containers/db/json')).status).toBe(409);
    expect(await textOf(engine, '/containers/db/json')).toContain('"Name":"/db"');
  });

  test('a reset ends the connection before any answer', async () => {
    engine.fault('ping', { connection: 'reset' });

    await expect(open(engine, '/_ping')).rejects.toThrow('socket hang up');
  });

  test('a body is cut after so many bytes', async () => {
    engine.fault('logs', { connection: 'reset', afterBytes: 17 });

    const answer = await open(engine, log);

    expect(await answer.ended).toBe('cut');
    expect(answer.received).toHaveLength(17);
  });

  test('a body stalls after so many bytes and stays open', async () => {
    engine.fault('logs', { connection: 'hang', afterBytes: 5 });

    const answer = await open(engine, log);
    await answer.has(5);

    expect(answer.received).toHaveLength(5);
    engine.cutConnections();
    expect(await answer.ended).toBe('cut');
  });

  test('a delay is on the engine’s clock', async () => {
    const clock = new VirtualClock();
    await using slow = await new EmbeddedEngine({ clock }).start();
    slow.fault('ping', { delayMs: 5_000 });

    const answer = textOf(slow, '/_ping');
    while (clock.pending === 0) await clock.settle();
    await clock.advance(5_000);

    expect(await answer).toBe('OK');
  });

  test('a stalled engine accepts, says nothing, and goes on where it was', async () => {
    const followed = await open(engine, `${log}&follow=1`);
    await followed.has(28);

    engine.stall();
    const web = engine.container({ name: 'late' });
    const ping = textOf(engine, '/_ping');
    web.start();
    engine.resume();

    expect(await ping).toBe('OK');
    followed.close();
  });

  test('a stopped engine is gone; started again it is what it was', async () => {
    const { socketPath } = engine;

    await engine.stop();
    expect(existsSync(socketPath)).toBe(false);
    await expect(open(engine, '/_ping')).rejects.toMatchObject({ code: 'ENOENT' });
    await engine.start();

    expect(await linesOf(engine, log)).toEqual(['hello\n', 'world\n']);
    expect(await actionsOf(engine, `/events?since=1&until=${Date.now() / 1000}`)).toContain(
      'start',
    );
  });

  test('a leftover socket refuses connections', async () => {
    await engine.stop({ leave: 'socket' });

    await expect(open(engine, '/_ping')).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    await engine.start();
    expect(await textOf(engine, '/_ping')).toBe('OK');
  });

  test('an engine can come back without its events, or without anything', async () => {
    const all = `/events?since=1&until=${Date.now() / 1000 + 1}`.replace(/\.\d+$/, '');

    await engine.stop({ keep: 'containers' });
    await engine.start();
    expect(await actionsOf(engine, all)).toEqual([]);
    expect(await jsonOf(engine, '/containers/json')).toHaveLength(1);

    await engine.stop({ keep: 'nothing' });
    await engine.start();
    expect(await jsonOf(engine, '/containers/json')).toEqual([]);
  });

  test('stopping with open streams leaves no handle', async () => {
    const before = process
      .getActiveResourcesInfo()
      .filter((each) => each.startsWith('Pipe')).length;
    await using other = await new EmbeddedEngine().start();
    other.container({ name: 'web' }).start();
    const streams = [await open(other, '/events'), await open(other, `${log}&follow=1`)];

    await other.close();

    expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual(['cut', 'cut']);
    const after = process.getActiveResourcesInfo().filter((each) => each.startsWith('Pipe')).length;
    expect(after).toBe(before);
  });
});
