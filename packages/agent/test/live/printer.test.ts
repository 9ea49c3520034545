import { expect, test } from '@jest/globals';
import type { Output } from '@tallyman/sink-stdout';
import { Printer } from '../../src/live/printer.ts';

/** An output that takes what it is told to, and fails like this then. */
function outputOf(takes: number, failure?: Error): Output & { closed: number; text: string } {
  const { promise: never, reject } = Promise.withResolvers<number>();
  never.catch(() => {});
  const output = {
    isTerminal: false,
    closed: 0,
    text: '',
    write: async (bytes: Uint8Array) => {
      const room = takes - output.text.length;
      if (room === 0 && failure !== undefined) throw failure;
      if (room === 0) return never;
      const taken = bytes.subarray(0, Math.min(3, room));
      output.text += Buffer.from(taken).toString();
      return taken.length;
    },
    close: async () => {
      output.closed++;
      reject(new Error('closed'));
    },
  };
  return output;
}

test('prints everything, however little is taken at once', async () => {
  const output = outputOf(100);
  await using printer = new Printer(output, new AbortController().signal);

  expect(await printer.print(Buffer.from('0123456789'))).toBe('printed');
  expect(output.text).toBe('0123456789');
});

test('a reader that stalls does not hold up the end', async () => {
  const ending = new AbortController();
  const output = outputOf(4);
  const printer = new Printer(output, ending.signal);
  const printed = printer.print(Buffer.from('0123456789'));

  ending.abort();

  expect(await printed).toBe('ended');
  await printer[Symbol.asyncDispose]();
  expect(output.closed).toBe(1);
});

test.each(['EPIPE', 'ECONNRESET', 'EIO'])('%s is the end', async (code) => {
  const output = outputOf(4, Object.assign(new Error(code), { code }));
  await using printer = new Printer(output, new AbortController().signal);

  expect(await printer.print(Buffer.from('0123456789'))).toBe('ended');
});

test('a full disk is an error', async () => {
  const output = outputOf(4, Object.assign(new Error('no space'), { code: 'ENOSPC' }));
  await using printer = new Printer(output, new AbortController().signal);

  await expect(printer.print(Buffer.from('0123456789'))).rejects.toThrow('no space');
});
