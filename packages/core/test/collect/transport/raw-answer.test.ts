import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '@tallyman/sdk';
import { HttpEngine } from '../../../src/collect/engine-http.ts';
import { openRaw } from '../../../src/collect/transport/raw-answer.ts';
import { ReadPace } from '../../../src/collect/transport/read-pace.ts';
import { until } from '../../until.ts';

const head = 'HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n';

describe('an answer in HTTP/1.0', () => {
  let folder: string;
  let server: Server;
  let answer: (socket: Socket, question: string) => void;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tallyman-raw-'));
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (question) => answer(socket, question.toString()));
    });
    server.listen(join(folder, 'socket'));
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  const open = (signal = AbortSignal.timeout(60_000)) =>
    openRaw(join(folder, 'socket'), '/log', { pace: new ReadPace(systemClock), signal });

  test('is handed on as it came, wherever it was cut', async () => {
    const body = Buffer.from('first\r\n\r\nsecond');
    const whole = Buffer.concat([Buffer.from(head), body]);
    for (let at = 1; at < whole.length; at++) {
      answer = (socket) => {
        socket.write(whole.subarray(0, at), () => socket.end(whole.subarray(at)));
      };
      const parts: Buffer[] = [];
      const source = await open();
      await source.pump((bytes) => void parts.push(bytes));

      expect(Buffer.concat(parts).toString()).toBe(body.toString());
    }
  });

  test('is asked for in HTTP/1.0', async () => {
    const asked: string[] = [];
    answer = (socket, question) => {
      asked.push(question);
      socket.end(head);
    };
    await (await open()).pump(() => undefined);

    expect(asked).toEqual(['GET /log HTTP/1.0\r\nHost: docker\r\n\r\n']);
  });

  test('leaves what was taken alone when more comes', async () => {
    const parts: Buffer[] = [];
    answer = (socket) => {
      socket.write(`${head}one`);
      void until(() => parts.length > 0).then(() => socket.end('two'));
    };
    await (await open()).pump((bytes) => void parts.push(bytes));

    expect(parts.map(String)).toEqual(['one', 'two']);
  });

  test('waits while what it brought is being taken, also with its end', async () => {
    answer = (socket) => socket.end(head + 'x'.repeat(1_000_000));
    const source = await open();
    let [bytesTaken, taking, most] = [0, 0, 0];
    await source.pump(async (bytes) => {
      taking++;
      most = Math.max(most, taking);
      await systemClock.sleep(1, AbortSignal.timeout(60_000));
      bytesTaken += bytes.length;
      taking--;
    });

    expect([bytesTaken, taking, most]).toEqual([1_000_000, 0, 1]);
  });

  test('that is an error is thrown with its status and what was said', async () => {
    answer = (socket) =>
      socket.end('HTTP/1.0 404 Not Found\r\n\r\n{"message":"No such container: x"}');

    await expect(open()).rejects.toMatchObject({
      statusCode: 404,
      message: 'No such container: x',
    });
  });

  test('that is an error is not read to its end where that is far away', async () => {
    answer = (socket) => socket.write(`HTTP/1.0 500 Oops\r\n\r\n${'x'.repeat(1_000_000)}`);

    await expect(open()).rejects.toMatchObject({ statusCode: 500 });
  });

  test.each([
    ['nothing', ''],
    ['half a head', 'HTTP/1.0 200 OK\r\nConte'],
    ['a head without an end', `HTTP/1.0 200 OK\r\n${'x'.repeat(70_000)}`],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ])('that is %s is an error', async (_, text) => {
    answer = (socket) => socket.end(text);

    await expect(open()).rejects.toThrow(/cut before it answered|not plain/);
  });

  test('that ends with an error of its taker is cut', async () => {
    const closed: unknown[] = [];
    answer = (socket) => {
      socket.once('close', () => closed.push(true));
      socket.write(`${head}line`);
    };
    const source = await open();

    await expect(
      source.pump(() => {
        throw new Error('no room');
      }),
    ).rejects.toThrow('no room');
    await until(() => closed.length > 0);
  });

  test('is cut by an abort, before and after it began', async () => {
    answer = () => {};
    const before = new AbortController();
    const asking = open(before.signal);
    before.abort(new Error('stopping'));
    await expect(asking).rejects.toThrow('stopping');

    answer = (socket) => socket.write(head);
    const after = new AbortController();
    const reading = (await open(after.signal)).pump(() => undefined);
    after.abort(new Error('stopping'));
    await expect(reading).rejects.toThrow('stopping');
  });

  test('from what does not speak it is asked for in another way', async () => {
    const asked: string[] = [];
    answer = (socket, question) => {
      const [line = ''] = question.split('\r\n');
      asked.push(line);
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nline\r\n0\r\n\r\n');
    };
    const engine = new HttpEngine({ kind: 'unix', socketPath: join(folder, 'socket') });
    const parts: Buffer[] = [];
    const signal = AbortSignal.timeout(60_000);
    const source = await engine.logs('web', { follow: true }, signal);
    await source.pump((bytes) => void parts.push(bytes));
    await engine.logs('web', { follow: true }, signal);

    expect(Buffer.concat(parts).toString()).toBe('line');
    expect(asked.map((line) => line.slice(-8))).toEqual(['HTTP/1.0', 'HTTP/1.1', 'HTTP/1.1']);
  });
});
