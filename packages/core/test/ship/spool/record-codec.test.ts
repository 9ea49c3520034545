import { describe, expect, test } from '@jest/globals';
import { type ContainerRecord, encodeJsonLines } from '@tallyman/sdk';
import fc from 'fast-check';
import { instantOf } from '../../../src/decode/instant.ts';
import { LogRecord, LogSource } from '../../../src/decode/log.ts';
import { weightOf, weightOfAll } from '../../../src/decode/weight.ts';
import { decodeFrame, encodeFrame, entryOf } from '../../../src/ship/spool/record-codec.ts';
import { SpoolError, type SpoolFrame } from '../../../src/ship/spool/spool.ts';
import { lineOf, logFrame, otherFrame, seen, sourceOf } from './frames.ts';

const texts = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), {
  maxKeys: 3,
  noNullPrototype: true,
});
const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const origins = fc.record({
  host: fc.string({ unit: 'grapheme' }),
  container: fc.record(
    { id: hex, name: fc.string(), image: fc.string(), labels: texts },
    { requiredKeys: ['id', 'name', 'image'], noNullPrototype: true },
  ),
  fields: texts,
});
const sources = fc
  .tuple(origins, fc.constantFrom('stdout' as const, 'stderr' as const, 'console' as const))
  .map(([origin, stream]) => new LogSource(origin, stream));
const usualTimes = fc
  .tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 999_999_999 }))
  .map(
    ([second, nanos]) =>
      `2026-01-02T03:04:${String(second).padStart(2, '0')}.${String(nanos).padStart(9, '0')}Z`,
  );
const lines = fc
  .record({
    time: usualTimes,
    ordinal: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
    bytes: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    truncated: fc.boolean(),
    isTerminated: fc.boolean(),
  })
  .map(({ time, bytes, ...facts }) => ({
    ...instantOf(time),
    ...facts,
    bytes,
    start: 0,
    end: bytes.length,
  }));
const plainLogs = fc
  .record({ id: fc.string(), time: usualTimes, message: fc.string({ unit: 'binary' }) })
  .map((log): ContainerRecord => ({ ...sourceOf().origin, kind: 'log', stream: 'stdout', ...log }));
const logs = fc.array(sources, { minLength: 1, maxLength: 3 }).chain((some) => {
  const views = fc
    .tuple(fc.constantFrom(...some), lines)
    .map(([source, line]): ContainerRecord => new LogRecord(source, line));
  return fc.array(fc.oneof({ weight: 5, arbitrary: views }, plainLogs), {
    minLength: 1,
    maxLength: 12,
  });
});
const others = fc.array(
  fc.record({
    kind: fc.constantFrom('stat', 'event'),
    id: fc.string(),
    raw: fc.jsonValue(),
    command: fc.string(),
  }),
  { minLength: 1, maxLength: 4 },
) as unknown as fc.Arbitrary<ContainerRecord[]>;
const marks = fc.array(
  fc.record(
    { containerId: hex, name: fc.string(), ended: usualTimes },
    { requiredKeys: ['containerId', 'name'], noNullPrototype: true },
  ),
  { maxLength: 3 },
);
const frames: fc.Arbitrary<SpoolFrame> = fc.record({
  id: fc.string({ unit: 'grapheme' }),
  place: fc.nat(Number.MAX_SAFE_INTEGER),
  records: fc.oneof(logs, others),
  marks,
});

describe('a batch as bytes', () => {
  test('comes back as it was: records, messages to the byte, marks', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const decoded = decodeFrame(encodeFrame(frame).payload);

        expect(seen(decoded)).toBe(seen(frame));
        expect(Array.from(decoded.records, isView)).toEqual(Array.from(frame.records, isView));
      }),
      { numRuns: 200 },
    );
  });

  test('gives records that the encoders of the sinks write just the same, and that weigh the same', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const decoded = decodeFrame(encodeFrame(frame).payload);

        expect(encodeJsonLines(listed(decoded))).toEqual(encodeJsonLines(listed(frame)));
        expect(Array.from(decoded.records, weightOf)).toEqual(Array.from(frame.records, weightOf));
      }),
      { numRuns: 100 },
    );
  });

  test('says what it is without being read whole', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const { entry, payload } = encodeFrame(frame);

        expect(entryOf(payload)).toEqual(entry);
        expect(entry).toEqual({
          id: frame.id,
          place: frame.place,
          count: frame.records.length,
          bytes: weightOfAll(frame.records),
          content: Array.from(frame.records).every(({ kind }) => kind === 'log') ? 'log' : 'other',
        });
      }),
    );
  });

  test('takes no more room than its records weigh and a hundred bytes, its marks apart', () => {
    for (const frame of [logFrame(1, 1, 0), logFrame(1, 1, 500), logFrame(1, 100), otherFrame(1)]) {
      const { entry, payload } = encodeFrame({ ...frame, marks: [] });

      expect(payload.length).toBeLessThan(entry.bytes + 100);
    }
  });

  test('takes few bytes for a line beside its message', () => {
    const { payload } = encodeFrame({ ...logFrame(1, 1_000, 120), marks: [] });

    expect(payload.length / 1_000).toBeLessThan(131);
  });

  test('lines hold the bytes that they were read from, and no others', () => {
    const { payload } = encodeFrame(logFrame(7));
    const [line] = decodeFrame(payload).records;

    expect(line instanceof LogRecord && line.messageBytes.buffer).toBe(payload.buffer);
  });

  test('of bytes that are no batch, it says that they are damaged, and nothing else', () => {
    const cut = fc
      .tuple(frames, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255))
      .map(([frame, at, byte]) => {
        const payload = Buffer.from(encodeFrame(frame).payload);
        payload[Math.floor(at * (payload.length - 1))] = byte;
        return payload;
      });
    const short = frames.map((frame) => encodeFrame(frame).payload.subarray(0, -1));
    const garbage = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(cut, short, garbage), (payload) => {
        for (const decode of [decodeFrame, entryOf]) {
          const error = thrownBy(() => decode(payload));
          if (error !== undefined)
            expect([error instanceof SpoolError, (error as SpoolError).kind]).toEqual([
              true,
              'damaged',
            ]);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('a batch that is cut short is never read', () => {
    const { payload } = encodeFrame(logFrame(1, 5));
    for (let length = 0; length < payload.length; length++)
      expect(() => decodeFrame(payload.subarray(0, length))).toThrow(SpoolError);
  });

  test('a field may have any name', () => {
    const fields = Object.fromEntries([['__proto__', 'kept']]);
    const source = new LogSource({ ...sourceOf().origin, fields }, 'stdout');
    const records = [new LogRecord(source, lineOf(Buffer.from('line')))];

    const decoded = decodeFrame(encodeFrame({ id: 'b', place: 1, records, marks: [] }).payload);

    expect(JSON.stringify(decoded.records)).toBe(JSON.stringify(records));
  });

  test('lines of another source, another second and another ordinal are told apart', () => {
    const [out, err] = [sourceOf('stdout'), sourceOf('stderr')];
    const later = instantOf('2026-01-02T03:04:06.000000001Z');
    const records = [
      new LogRecord(out, lineOf(Buffer.from('one'), 1)),
      new LogRecord(err, lineOf(Buffer.from('two'), 1, { ordinal: 1, truncated: true })),
      new LogRecord(err, lineOf(Buffer.from([0xff, 0x00]), 0, { ...later, isTerminated: false })),
      new LogRecord(out, lineOf(Buffer.from('four'), 0, later)),
    ];

    const decoded = decodeFrame(encodeFrame({ id: 'b', place: 1, records, marks: [] }).payload);

    expect(Array.from(decoded.records, ({ id }) => id)).toEqual(records.map(({ id }) => id));
    expect(Array.from(decoded.records, (record) => JSON.stringify(record))).toEqual(
      records.map((record) => JSON.stringify(record)),
    );
  });
});

function listed({ records }: SpoolFrame): { records: readonly ContainerRecord[] } {
  return { records: Array.from(records) };
}

function isView(record: ContainerRecord): boolean {
  return record instanceof LogRecord;
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
