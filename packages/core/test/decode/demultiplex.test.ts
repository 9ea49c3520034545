import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Demultiplexer, FramingError } from '../../src/decode/demultiplex.ts';
import { anyCuts, cut, frame } from './bytes.ts';

function framesOf(chunks: readonly Buffer[]): { channel: number; payload: string }[] {
  const frames: { channel: number; payload: string }[] = [];
  const demultiplexer = new Demultiplexer();
  for (const chunk of chunks)
    demultiplexer.write(chunk, (channel, bytes, start, end) => {
      frames.push({ channel, payload: bytes.toString('hex', start, end) });
    });
  return frames;
}

const anyFrames = fc.array(
  fc.record({
    channel: fc.integer({ min: 0, max: 3 }),
    payload: fc.uint8Array({ maxLength: 200 }),
  }),
  { maxLength: 20 },
);

test('finds the same frames wherever the transport cut the stream', () => {
  fc.assert(
    fc.property(anyFrames, anyCuts, (frames, cuts) => {
      const stream = Buffer.concat(frames.map((f) => frame(f.channel, Buffer.from(f.payload))));

      const found = framesOf(cut(stream, cuts));

      expect(found).toEqual(
        frames.map((f) => ({
          channel: f.channel,
          payload: Buffer.from(f.payload).toString('hex'),
        })),
      );
    }),
    { numRuns: 2_000 },
  );
});

test('never hands over a frame that is not whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.nat(), (payload, at) => {
      const whole = frame(1, Buffer.from(payload));
      const demultiplexer = new Demultiplexer();
      const seen: number[] = [];

      demultiplexer.write(whole.subarray(0, at % whole.length), (channel) => seen.push(channel));

      expect(seen).toEqual([]);
      expect(demultiplexer.isMidFrame).toBe(at % whole.length > 0);
    }),
  );
});

test.each([
  ['a channel that does not exist', [4, 0, 0, 0, 0, 0, 0, 1]],
  ['bytes that must be zero and are not', [1, 0, 1, 0, 0, 0, 0, 1]],
  ['a length that no engine sends', [1, 0, 0, 0, 0xff, 0, 0, 0]],
  ['plain text', [...Buffer.from('2026-11-')]],
])('refuses %s instead of inventing lines', (_, header) => {
  expect(() => framesOf([Buffer.from(header)])).toThrow(FramingError);
});
