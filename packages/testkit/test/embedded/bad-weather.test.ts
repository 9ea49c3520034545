import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../src/clock.ts';
import { type EmbeddedContainer, EmbeddedEngine } from '../../src/embedded/index.ts';
import { jsonOf, linesOf, open, payloadsIn } from './asking.ts';

const log = '/containers/web/logs?stdout=1&stderr=1';

describe('a damaged log', () => {
  let engine: EmbeddedEngine;
  let web: EmbeddedContainer;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
    web = engine.container({ name: 'web', rotation: { entriesPerFile: 4, files: 2 } }).start();
    web.print('stdout', 'one\ntwo\n');
    web.log.damage();
    web.print('stdout', 'three\n');
  });
  afterEach(() => engine.close());

  test('answers 200 and nothing behind the damage', async () => {
    expect(await linesOf(engine, log)).toEqual(['one\n', 'two\n']);
    expect(await linesOf(engine, `${log}&since=${Math.floor(Date.now() / 1_000) + 60}`)).toEqual(
      [],
    );
  });

  test('is read where so many entries from its end do not reach back over the damage', async () => {
    expect(await linesOf(engine, `${log}&tail=1`)).toEqual(['three\n']);
    expect(await linesOf(engine, `${log}&tail=2`)).toEqual(['two\n']);
  });

  test('is followed from the opening on', async () => {
    const followed = await open(engine, `${log}&follow=1`);
    await followed.has(24);

    web.print('stdout', 'four\n').exit(0);

    expect(await followed.ended).toBe('complete');
    expect(payloadsIn(followed.received)).toEqual(['one\n', 'two\n', 'four\n']);
  });

  test('is whole again in its next file', async () => {
    web.print('stdout', 'four\nfive\n');

    expect(await linesOf(engine, log)).toEqual(['one\n', 'two\n', 'five\n']);
  });

  test('is whole once the damage was rotated away', async () => {
    web.print('stdout', 'four\nfive\nsix\nseven\neight\nnine\n');

    expect(await linesOf(engine, log)).toEqual(['five\n', 'six\n', 'seven\n', 'eight\n', 'nine\n']);
  });
});

test('a log that is followed may be sent in part twice, as Docker 20.10 does at a rotation', async () => {
  const engine = await new EmbeddedEngine().start();
  const web = engine.container({ name: 'web' }).start().print('stdout', 'one\ntwo\nthree\n');
  const followed = await open(engine, `${log}&follow=1`);

  web.log.sendAgain(2);
  web.print('stdout', 'four\n').exit(0);

  expect(await followed.ended).toBe('complete');
  const sent = ['one\n', 'two\n', 'three\n', 'two\n', 'three\n', 'four\n'];
  expect(payloadsIn(followed.received)).toEqual(sent);
  expect(await linesOf(engine, log)).toEqual(['one\n', 'two\n', 'three\n', 'four\n']);
  await engine.close();
});

describe('a log that rotates', () => {
  test('keeps so many files of so many entries: the oldest go together', async () => {
    await using engine = await new EmbeddedEngine().start();
    const web = engine.container({ name: 'web', rotation: { entriesPerFile: 2, files: 2 } });
    web.start();

    web.print('stdout', '1\n2\n3\n4\n');
    expect(await linesOf(engine, log)).toEqual(['1\n', '2\n', '3\n', '4\n']);
    web.print('stdout', '5\n');

    expect(await linesOf(engine, log)).toEqual(['3\n', '4\n', '5\n']);
  });

  test('with one file is all gone at each rotation', async () => {
    await using engine = await new EmbeddedEngine().start();
    const web = engine.container({ name: 'web', rotation: { entriesPerFile: 2, files: 1 } });

    web.start().print('stdout', '1\n2\n3\n');

    expect(await linesOf(engine, log)).toEqual(['3\n']);
  });
});

describe('an open log that falls silent', () => {
  test('stays open and says nothing more, while a new one says everything', async () => {
    await using engine = await new EmbeddedEngine().start();
    const web = engine.container({ name: 'web' }).start().print('stdout', 'old\n');
    const silent = await open(engine, `${log}&follow=1`);
    await silent.has(12);

    engine.silence('logs', web);
    web.print('stdout', 'new\n');
    const heard = await open(engine, `${log}&follow=1`);
    await heard.has(24);
    web.exit(0);

    expect(await heard.ended).toBe('complete');
    expect(payloadsIn(silent.received)).toEqual(['old\n']);
    engine.cutConnections();
    expect(await silent.ended).toBe('cut');
  });

  test('is one container’s alone where a test names it', async () => {
    await using engine = await new EmbeddedEngine().start();
    const web = engine.container({ name: 'web' }).start();
    const db = engine.container({ name: 'db' }).start();
    const followed = await open(engine, `${log}&follow=1`);

    engine.silence('logs', db);
    web.print('stdout', 'line\n').exit(0);

    expect(await followed.ended).toBe('complete');
  });
});

describe('the engine’s clock set back', () => {
  test('stamps later lines with earlier times, and says the time by it', async () => {
    const clock = new VirtualClock(Date.UTC(2025, 0, 1, 12));
    await using engine = await new EmbeddedEngine({ clock }).start();
    const web = engine.container({ name: 'web' }).start().print('stdout', 'first\n');

    engine.shiftClock(-3_600_000);
    web.print('stdout', 'second\n');

    const lines = await linesOf(engine, `${log}&timestamps=1`);
    expect(lines.map((line) => line.replace(/:00:00\.\d+Z/, ''))).toEqual([
      '2025-01-01T12 first\n',
      '2025-01-01T11 second\n',
    ]);
    expect(await jsonOf(engine, '/info')).toMatchObject({
      SystemTime: expect.stringMatching(/^2025-01-01T11:00:00/),
    });
  });
});
