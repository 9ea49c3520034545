import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type EmbeddedContainer, EmbeddedEngine } from '../../src/embedded/index.ts';
import { ask, linesOf, open, payloadsIn } from './asking.ts';

const both = 'stdout=1&stderr=1';
const second = (seconds: number) => ({ atNanos: BigInt(seconds) * 1_000_000_000n });

describe('logs of the embedded engine', () => {
  let engine: EmbeddedEngine;
  let web: EmbeddedContainer;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
    web = engine.container({ name: 'web' }).start();
  });
  afterEach(() => engine.close());

  test('since includes its own moment, to the nanosecond', async () => {
    web.print('stdout', 'before\n', { atNanos: 5_000_000_000n });
    web.print('stdout', 'at\n', { atNanos: 5_000_000_001n });

    const lines = await linesOf(engine, `/containers/web/logs?${both}&since=5.000000001`);

    expect(lines).toEqual(['at\n']);
  });

  test('since opens the log at the first match: older lines behind it come too', async () => {
    web.print('stdout', 'one\n', second(1)).print('stdout', 'three\n', second(3));
    web.print('stderr', 'two\n', second(2));

    const lines = await linesOf(engine, `/containers/web/logs?${both}&since=3`);

    expect(lines).toEqual(['three\n', 'two\n']);
  });

  test('as 20.10, since looks at every line', async () => {
    await using old = await new EmbeddedEngine({ apiVersion: '1.41' }).start();
    const container = old.container({ name: 'web' }).start();
    container.print('stdout', 'three\n', second(3)).print('stderr', 'two\n', second(2));

    const lines = await linesOf(old, `/containers/web/logs?${both}&since=3`);

    expect(lines).toEqual(['three\n']);
  });

  test('until ends at the first later line', async () => {
    web.print('stdout', 'one\n', second(1)).print('stdout', 'two\n', second(2));

    expect(await linesOf(engine, `/containers/web/logs?${both}&until=1`)).toEqual(['one\n']);
  });

  test('tail counts the lines of both outputs, before one of them is chosen', async () => {
    web.print('stdout', 'one\n').print('stderr', 'two\n').print('stdout', 'three\n');

    expect(await linesOf(engine, `/containers/web/logs?stdout=1&tail=2`)).toEqual(['three\n']);
    expect(await linesOf(engine, `/containers/web/logs?${both}&tail=0`)).toEqual([]);
    expect(await linesOf(engine, `/containers/web/logs?${both}&tail=all`)).toHaveLength(3);
  });

  test('follow brings what is there, then what comes, and ends with the container', async () => {
    web.print('stdout', 'old\n');
    const log = await open(engine, `/containers/web/logs?${both}&follow=1`);
    await log.has(12);

    web.print('stderr', 'new\n').print('stdout', 'rest').exit(1);

    expect(await log.ended).toBe('complete');
    expect(payloadsIn(log.received)).toEqual(['old\n', 'new\n', 'rest']);
  });

  test('as 20.10, follow ends without an unterminated rest, which a later read has', async () => {
    await using old = await new EmbeddedEngine({ apiVersion: '1.41' }).start();
    const container = old.container({ name: 'web' }).start();
    const log = await open(old, `/containers/web/logs?${both}&follow=1`);

    container.print('stdout', 'line\nunfinished').exit(0);

    expect(await log.ended).toBe('complete');
    expect(payloadsIn(log.received)).toEqual(['line\n']);
    expect(await linesOf(old, `/containers/web/logs?${both}&tail=1`)).toEqual(['unfinished']);
  });

  test('a follower can miss the end of a burst', async () => {
    await using hasty = await new EmbeddedEngine({ endOfFollow: { missingEntries: 2 } }).start();
    const container = hasty.container({ name: 'web' }).start();
    const log = await open(hasty, `/containers/web/logs?${both}&follow=1`);

    container.print('stdout', 'one\ntwo\nthree\n').exit(0);

    expect(await log.ended).toBe('complete');
    expect(payloadsIn(log.received)).toEqual(['one\n']);
    expect(await linesOf(hasty, `/containers/web/logs?${both}`)).toHaveLength(3);
  });

  test('a follower does not go on into the next run', async () => {
    const log = await open(engine, `/containers/web/logs?${both}&follow=1`);

    web.print('stdout', 'first run\n').exit(0);
    web.start().print('stdout', 'second run\n');

    expect(await log.ended).toBe('complete');
    expect(payloadsIn(log.received)).toEqual(['first run\n']);
  });

  test('follow of a container that does not run gives the backlog and closes', async () => {
    web.print('stdout', 'old\n').exit(0);

    expect(await linesOf(engine, `/containers/web/logs?${both}&follow=1`)).toEqual(['old\n']);
  });

  test('an open follower reads to the end of a container that is removed', async () => {
    const log = await open(engine, `/containers/web/logs?${both}&follow=1`);

    web.print('stdout', 'last words\n').remove();

    expect(await log.ended).toBe('complete');
    expect(payloadsIn(log.received)).toEqual(['last words\n']);
    expect((await ask(engine, `/containers/web/logs?${both}`)).status).toBe(404);
  });

  test('a container that is being removed refuses its log with 409', async () => {
    web.exit(0).beginRemoval();

    expect((await ask(engine, `/containers/web/logs?${both}`)).status).toBe(409);
  });

  test('lines that were rotated away are gone', async () => {
    web.print('stdout', 'one\ntwo\nthree\n');

    web.log.rotate(1);

    expect(await linesOf(engine, `/containers/web/logs?${both}`)).toEqual(['three\n']);
  });

  test('behind a damaged place only tail and follow see anything', async () => {
    web.print('stdout', 'before\n', second(1));
    web.log.damage();
    web.print('stdout', 'behind\n', second(2));

    expect(await linesOf(engine, `/containers/web/logs?${both}&since=2`)).toEqual([]);
    expect(await linesOf(engine, `/containers/web/logs?${both}&tail=1`)).toEqual(['behind\n']);
    expect(await linesOf(engine, `/containers/web/logs?${both}`)).toEqual(['before\n']);
  });

  test('HTTP/1.0 gets the bytes without chunks', async () => {
    web.print('stdout', 'plain\n').exit(0);

    const answer = await rawHttp10(engine.socketPath, `/containers/web/logs?${both}`);

    expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe('\u0001\0\0\0\0\0\0\u0006plain\n');
  });

  test('a reader that goes away leaves the engine at work', async () => {
    const log = await open(engine, `/containers/web/logs?${both}&follow=1`);

    log.close();
    await log.ended;
    web.print('stdout', 'still here\n');

    expect(await linesOf(engine, `/containers/web/logs?${both}`)).toEqual(['still here\n']);
  });

  test('a reader that does not read holds nobody up', async () => {
    const megabyte = `${'x'.repeat(1023)}\n`.repeat(1024);
    const idle = connect({ path: engine.socketPath });
    idle.write(`GET /containers/web/logs?${both}&follow=1 HTTP/1.1\r\nHost: docker\r\n\r\n`);

    for (let written = 0; written < 20; written++) web.print('stdout', megabyte);
    const log = await ask(engine, `/containers/web/logs?${both}`);

    expect(Buffer.concat(log.chunks).length).toBe(20 * 1024 * (1024 + 8));
    idle.destroy();
  });
});

async function rawHttp10(socketPath: string, path: string): Promise<string> {
  const socket = connect({ path: socketPath });
  socket.end(`GET ${path} HTTP/1.0\r\n\r\n`);
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part);
  return Buffer.concat(parts).toString('latin1');
}
