import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ServerEvent, ServerEventDecoder } from '../../src/live/server-events.ts';

function decoded(...chunks: readonly (string | Buffer)[]): ServerEvent[] {
  const decoder = new ServerEventDecoder();
  return chunks.flatMap((chunk) => decoder.take(Buffer.from(chunk)));
}

test('an event has its name and its data', () => {
  expect(decoded('event: state\ndata: {"a":1}\n\n')).toEqual([{ name: 'state', data: '{"a":1}' }]);
});

test('comments, unknown fields and events without data are passed over', () => {
  expect(decoded(': heartbeat\n\nid: 7\nretry\nevent: none\n\ndata:x\n\n')).toEqual([
    { name: 'message', data: 'x' },
  ]);
});

test('data of several lines, and lines that end in CRLF', () => {
  expect(decoded('event: a\r\ndata: 1\r\ndata:  2\r\n\r\n')).toEqual([
    { name: 'a', data: '1\n 2' },
  ]);
});

test('an event that is not complete is none yet', () => {
  expect(decoded('event: state\ndata: {}\n')).toEqual([]);
});

test('events are the same however their bytes are cut', () => {
  const events = fc.array(
    fc.record({
      name: fc.constantFrom('state', 'record', 'dropped'),
      data: fc.json({ stringUnit: 'grapheme' }),
    }),
  );
  fc.assert(
    fc.property(events, fc.array(fc.nat()), (sent, cuts) => {
      const text = sent.map(({ name, data }) => `: beat\n\nevent: ${name}\ndata: ${data}\n\n`);
      const bytes = Buffer.from(text.join(''));
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
      const sorted = places.toSorted((a, b) => a - b);

      const chunks = sorted.slice(1).map((to, index) => bytes.subarray(sorted[index], to));

      expect(decoded(...chunks)).toEqual(sent);
    }),
    { numRuns: 1_000 },
  );
});

test('an event without an end is refused at its bound, in one piece or in many; comments do not add up', () => {
  const taking = (times: number, chunk: string) => () => {
    const decoder = new ServerEventDecoder(1_000);
    for (let time = 0; time < times; time++) decoder.take(Buffer.from(chunk));
  };

  expect(taking(1, 'x'.repeat(1_001))).toThrow('larger than 1000 bytes');
  expect(taking(112, 'data: xxx\n')).toThrow('larger than 1000 bytes');
  expect(taking(2_000, ': beat\n\n')).not.toThrow();
});
