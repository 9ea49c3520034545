import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { parsedAnswer, rawAnswer } from '../../src/record/index.ts';

const parsed = (text: string) => parsedAnswer(Buffer.from(text, 'latin1'), 'asking');

describe('a raw answer', () => {
  let stop = () => {};
  afterEach(() => stop());

  test('keeps the chunks of the body apart', async () => {
    const socketPath = join(tmpdir(), `tallyman-raw-${process.pid}.sock`);
    const server = createServer(async (_, response) => {
      response.setHeader('X-Kind', 'chunks');
      for (const part of ['one', 'two and a half']) response.write(part);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    stop = () => void server.close();

    const answer = await rawAnswer(socketPath, '/', AbortSignal.timeout(5_000));

    expect(answer.chunks.map(String)).toEqual(['one', 'two and a half']);
    expect(answer.headers['X-Kind']).toBe('chunks');
  });

  test('has one chunk where the body is not chunked, none where it is empty', () => {
    expect(parsed('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno')).toEqual({
      status: 404,
      headers: { 'Content-Length': '2' },
      chunks: [Buffer.from('no')],
    });
    expect(parsed('HTTP/1.1 200 OK\r\n\r\n').chunks).toEqual([]);
  });

  test.each([
    ['no head', 'HTTP/1.1 200 OK\r\nA: b'],
    ['a chunk without its end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc'],
    ['no last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n'],
  ])('is refused when it was cut off: %s', (_, text) => {
    expect(() => parsed(text)).toThrow(/^asking: the answer /);
  });
});
