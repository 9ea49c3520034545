import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type ContainerLog,
  type ContainerRecord,
  encodeJsonArray,
  encodeJsonLines,
  type JsonTarget,
  type JsonWritable,
  recordList,
  recordsOf,
  writeJson,
} from '../src/index.ts';

/** A log record that keeps its message as bytes, as the agent's own do. */
class ViewedLog implements ContainerLog, JsonWritable {
  readonly kind = 'log';
  readonly id = 'c0ffee000000:o:1700000000123456789:0';
  readonly time = '2023-11-14T22:13:20.123456789Z';
  readonly host = 'quay';
  readonly fields = {};
  readonly container = { id: 'c0ffee'.padEnd(64, '0'), name: 'web-1', image: 'nginx:1.27' };
  readonly stream = 'stdout';
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get message(): string {
    return this.#bytes.toString('utf8');
  }

  toJSON(): ContainerLog {
    const { kind, id, time, host, fields, container, stream, message } = this;
    return { kind, id, time, host, fields, container, stream, message };
  }

  [writeJson](target: JsonTarget): void {
    const { kind, id, time, host, fields, container, stream } = this;
    const before = JSON.stringify({ kind, id, time, host, fields, container, stream });
    target.ascii(before.slice(0, -1));
    target.raw(Buffer.from(',"message":'));
    target.quoted(this.#bytes);
    target.ascii('}');
  }
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  // Half surrogates, which no UTF-8 can say.
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);
const bytes = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  { weight: 2, arbitrary: text.map((message) => Buffer.from(message)) },
  // More than the encoder's first buffer holds.
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 17_000, maxLength: 40_000, size: 'max' }) },
);
const named = fc.dictionary(text, text, { maxKeys: 4 });
const identity = fc.record(
  { id: text, name: text, image: text, labels: named },
  { requiredKeys: ['id', 'name', 'image'] },
);
const base = { id: text, time: text, host: text, fields: named };

const plainRecord: fc.Arbitrary<ContainerRecord> = fc.oneof(
  fc.record({
    ...base,
    kind: fc.constant('log' as const),
    container: identity,
    stream: fc.constantFrom('stdout' as const, 'stderr' as const, 'console' as const),
    message: text,
  }),
  fc.record({
    ...base,
    kind: fc.constant('stat' as const),
    container: identity,
    windowMs: fc.nat(),
    cpu: fc.record({ percent: fc.double(), usageNanos: fc.nat(), onlineCpus: fc.nat() }),
    memory: fc.record({ usageBytes: fc.double({ min: 0 }), workingSetBytes: fc.nat() }),
    logs: fc.record({ lines: fc.nat(), bytes: fc.nat(), stderrLines: fc.nat() }),
    state: fc.record({ status: text, startedAt: text, restartCount: fc.nat() }),
    raw: fc.jsonValue(),
  }),
  fc.record({ ...base, kind: fc.constant('event' as const), action: text, attributes: named }),
);
const record: fc.Arbitrary<ContainerRecord> = fc.oneof(
  plainRecord,
  bytes.map((view) => new ViewedLog(Buffer.from(view))),
);

describe('any records', () => {
  test('become lines that equal JSON.stringify', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), (records) => {
        const expected = records.map((each) => `${JSON.stringify(each)}\n`).join('');

        expect(encodeJsonLines({ records }).equals(Buffer.from(expected))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('become an array that equals JSON.stringify', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), (records) => {
        const expected = JSON.stringify(records);

        expect(encodeJsonArray({ records }).equals(Buffer.from(expected))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a message kept as bytes', () => {
  const messageOf = (view: Buffer): string =>
    JSON.parse(encodeJsonLines({ records: [new ViewedLog(view)] }).toString()).message;

  test.each([
    ['every control character', Buffer.from(Array.from({ length: 32 }, (_, code) => code))],
    ['quotes and backslashes at both ends', Buffer.from('"\\ in between \\"')],
    ['characters of two, three and four bytes', Buffer.from('ü€🚢')],
    ['line separators, which JSON leaves alone', Buffer.from('\u2028\u2029\x7f')],
    ['nothing', Buffer.alloc(0)],
    ['a byte that is no UTF-8', Buffer.from([0x61, 0xff, 0x62])],
    ['a character cut in the middle', Buffer.from('€').subarray(0, 2)],
    ['an encoded half surrogate', Buffer.from([0xed, 0xa0, 0xbd])],
    ['an overlong form', Buffer.from([0xc0, 0xaf])],
  ])('is escaped as its text would be: %s', (_what, view) => {
    expect(messageOf(view)).toBe(view.toString('utf8'));
  });

  test('is escaped wherever the byte stands, and wherever the message lies', () => {
    const wrong: string[] = [];
    for (let byte = 0; byte < 256; byte++)
      for (let place = 0; place < 11; place++) {
        const view = Buffer.alloc(40, 'a').subarray(place, place + 11);
        view[place] = byte;
        if (messageOf(view) !== view.toString('utf8')) wrong.push(`${byte} at ${place}`);
      }

    expect(wrong).toEqual([]);
  });

  test('is copied: the result shares no memory with it', () => {
    const view = Buffer.from('before');
    const encoded = encodeJsonLines({ records: [new ViewedLog(view)] });

    view.write('after!');

    expect(encoded.toString()).toContain('"message":"before"');
  });
});

test('no records become no lines and an empty array', () => {
  expect(encodeJsonLines({ records: [] }).toString()).toBe('');
  expect(encodeJsonArray({ records: [] }).toString()).toBe('[]');
});

describe('a batch that makes its records when they are asked for', () => {
  test('is encoded without its array of records', () => {
    const records = [new ViewedLog(Buffer.from('one')), new ViewedLog(Buffer.from('two'))];
    const batch = {
      get records(): never {
        throw new Error('nobody asks for all of them');
      },
      [recordList]: records,
    };

    expect(encodeJsonLines(batch)).toEqual(encodeJsonLines({ records }));
    expect(encodeJsonArray(batch)).toEqual(encodeJsonArray({ records }));
    expect(recordsOf(batch).at(1)).toBe(records[1]);
  });

  test('any other batch gives the array itself', () => {
    const records = [new ViewedLog(Buffer.from('one'))];

    expect(recordsOf({ records })).toBe(records);
  });
});
