import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../src/clock.ts';
import { EmbeddedEngine } from '../../src/embedded/index.ts';
import { actionsOf } from './asking.ts';
import { attach } from './attaching.ts';

describe('attaching to a container of the embedded engine', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  test('before it starts brings all that its run prints, as it is written, and ends with it', async () => {
    const web = engine.container({ name: 'web', driver: 'none' });
    const attached = await attach(engine, 'web');

    web.start().print('stdout', 'two\nlines\n').print('stderr', 'no end').exit(0);

    expect(await attached.ended).toBe('end');
    expect(attached.payloads).toEqual(['two\nlines\n', 'no end']);
    expect(web.attachments.count).toBe(0);
  });

  test('while it runs brings only what is printed from then on', async () => {
    const web = engine.container({ name: 'web' }).start().print('stdout', 'before\n');
    const attached = await attach(engine, 'web');

    web.print('stdout', 'after\n').exit(0);

    expect(await attached.ended).toBe('end');
    expect(attached.payloads).toEqual(['after\n']);
  });

  test('with logs=1 begins with what the log has', async () => {
    const web = engine.container({ name: 'web' }).start().print('stdout', 'before\n');
    const attached = await attach(engine, 'web', '&logs=1');

    web.print('stdout', 'after\n').exit(0);

    expect(await attached.ended).toBe('end');
    expect(attached.payloads).toEqual(['before\n', 'after\n']);
  });

  test('of a terminal brings its bytes without frames', async () => {
    const web = engine.container({ name: 'web', tty: true }).start();
    const attached = await attach(engine, 'web');

    web.print('stdout', 'plain\n').exit(0);

    expect(await attached.ended).toBe('end');
    expect(attached.received.toString()).toBe('plain\r\n');
  });

  test('after its end waits for the next run', async () => {
    const web = engine.container({ name: 'web' }).start().print('stdout', 'first\n').exit(0);
    const attached = await attach(engine, 'web');

    web.start().print('stdout', 'second\n').exit(0);

    expect(await attached.ended).toBe('end');
    expect(attached.payloads).toEqual(['second\n']);
  });

  test('never ends where the container is removed before it runs', async () => {
    const web = engine.container({ name: 'web' });
    const attached = await attach(engine, 'web');

    web.remove();

    expect(web.attachments.count).toBe(1);
    engine.cutConnections();
    await attached.ended;
  });

  test('is refused for a container that is paused, waits for its restart, or is not there', async () => {
    engine.container({ name: 'paused' }).start().pause();
    engine.container({ name: 'waiting', restart: 'always' }).start().exit(1);

    await expect(attach(engine, 'paused')).rejects.toThrow(/^409 .*is paused, unpause/);
    await expect(attach(engine, 'waiting')).rejects.toThrow(/^409 .*is restarting, wait/);
    await expect(attach(engine, 'nobody')).rejects.toThrow('404 {"message":"No such container');
  });

  test('is told as an event', async () => {
    const clock = new VirtualClock();
    await using told = await new EmbeddedEngine({ clock }).start();
    told.container({ name: 'web' });
    const attached = await attach(told, 'web');

    const until = Math.floor(clock.now() / 1_000) + 1;
    await clock.advance(2_000);

    expect(await actionsOf(told, `/events?since=1&until=${until}`)).toEqual(['create', 'attach']);
    attached.connection.destroy();
  });

  test('and not reading is what would stop a real container', async () => {
    const web = engine.container({ name: 'web' }).start();
    const attached = await attach(engine, 'web');
    attached.connection.pause();

    for (let written = 0; written < 4; written++) web.print('stdout', 'x'.repeat(1_000_000));

    expect(web.attachments.isBlocked).toBe(true);
    attached.connection.destroy();
  });

  test('goes wrong as a test wants: refused, cut before the answer, or later, which looks like the end', async () => {
    engine.container({ name: 'web' }).start();
    engine.fault('attach', { status: 500, message: 'oops' });
    engine.fault('attach', { connection: 'reset' });

    await expect(attach(engine, 'web')).rejects.toThrow('500 {"message":"oops"}');
    await expect(attach(engine, 'web')).rejects.toThrow('socket hang up');
    const attached = await attach(engine, 'web');
    engine.cutConnections();
    expect(await attached.ended).toBe('end');
  });

  test('can fall silent with the connection open', async () => {
    const web = engine.container({ name: 'web' }).start();
    const silent = await attach(engine, 'web');

    engine.silence('attach', web);
    const heard = await attach(engine, 'web');
    web.print('stdout', 'hello\n').exit(0);

    expect(await heard.ended).toBe('end');
    expect(silent.received).toHaveLength(0);
    expect(silent.connection.readableEnded).toBe(false);
    silent.connection.destroy();
  });
});
