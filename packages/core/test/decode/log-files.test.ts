import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type EntrySplitter, LogFileError } from '../../src/decode/entry.ts';
import { timeOf } from '../../src/decode/instant.ts';
import { JsonFileSplitter } from '../../src/decode/json-file.ts';
import { LocalFileSplitter } from '../../src/decode/local-file.ts';
import { LogSource } from '../../src/decode/log.ts';
import { LogDecoder } from '../../src/decode/log-decoder.ts';
import type { LogSyntax } from '../../src/decode/log-form.ts';
import { anyCuts, cut, timeAt } from './bytes.ts';
import { anyEntries, frames, jsonFile, localFile, type WrittenEntry } from './written-log.ts';

const origin = { host: '', container: { id: 'a'.repeat(64), name: '', image: '' }, fields: {} };

/** `SOURCE TIME TEXT` of each entry. The bytes are copied first: a splitter writes into them. */
function entriesOf(splitter: EntrySplitter, chunks: readonly Buffer[]): string[] {
  const entries: string[] = [];
  for (const chunk of chunks)
    splitter.write(Buffer.from(chunk), (source, at, bytes, start, end) => {
      entries.push(`${source} ${timeOf(at)} ${bytes.toString('utf8', start, end)}`);
    });
  return entries;
}

/** The place, text and kind of each line. */
function linesOf(chunks: readonly Buffer[], syntax: LogSyntax, tty = false): object[] {
  const decoder = new LogDecoder({
    tty,
    maxLineBytes: 1_000_000,
    source: (stream) => new LogSource(origin, stream),
    fallbackTime: timeAt(0),
  });
  decoder.reads({ syntax });
  const read = chunks.map((chunk) => {
    const own = Buffer.from(chunk);
    const decoded = decoder.write(own);
    // They were the decoder's only during the call.
    own.fill('#');
    return decoded;
  });
  return [...read.flat(), ...decoder.flush()].flatMap(({ records }) =>
    Array.from(records, ({ id, message, isTerminated }) => ({ id, message, isTerminated })),
  );
}

const expected = (entries: readonly WrittenEntry[]) =>
  entries.map(({ stream, nanos, text }) => `${stream} ${timeAt(nanos)} ${text}`);

const anyAttrs = fc.option(fc.dictionary(fc.string(), fc.string(), { minKeys: 1, maxKeys: 3 }), {
  nil: undefined,
});

describe.each([
  ['json-file', (entries: WrittenEntry[], attrs?: object) => jsonFile(entries, attrs)],
  ['local', (entries: WrittenEntry[], attrs?: object) => localFile(entries, attrs !== undefined)],
] as const)('a log of the driver %s', (syntax, written) => {
  const splitter = (from?: string) =>
    syntax === 'json-file' ? new JsonFileSplitter(from) : new LocalFileSplitter(from);

  test('has the same entries wherever its bytes are cut', () => {
    fc.assert(
      fc.property(anyEntries, anyAttrs, anyCuts, (entries, attrs, cuts) => {
        expect(entriesOf(splitter(), cut(written(entries, attrs), cuts))).toEqual(
          expected(entries),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test('has the same lines under the same names as the engine gives', () => {
    fc.assert(
      fc.property(anyEntries, anyCuts, (entries, cuts) => {
        const lines = linesOf(cut(written(entries), cuts), syntax);

        expect(lines).toEqual(linesOf([frames(entries)], 'frames'));
      }),
      { numRuns: 500 },
    );
  });

  test('never fails in another way than one that is known, whatever its bytes are', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(anyEntries, fc.nat(), fc.nat(255)).map(([entries, at, byte]) => {
        const bytes = written(entries);
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(anyBytes, anyCuts, (bytes, cuts) => {
        const read = (chunks: readonly Buffer[]) => {
          const found: string[] = [];
          try {
            found.push(...entriesOf(splitter(), chunks));
          } catch (error) {
            expect(error).toBeInstanceOf(LogFileError);
            return 'damaged';
          }
          return found;
        };

        expect(read(cut(Buffer.from(bytes), cuts))).toEqual(read([Buffer.from(bytes)]));
      }),
      { numRuns: 1_000 },
    );
  });

  test('leaves out what is older than asked for, up to the first entry that is not', () => {
    const entries = [1, 5, 3, 6, 2].map((nanos) => ({
      stream: 'stdout' as const,
      nanos,
      text: `${nanos}\n`,
    }));

    const found = entriesOf(splitter(timeAt(4)), [written(entries)]);

    expect(found).toEqual(expected(entries.slice(1)));
  });
});

describe('a json file', () => {
  const entry = (text: string, nanos: number): WrittenEntry => ({ stream: 'stdout', nanos, text });
  const [first, second, third] = [1, 2, 3].map((nanos) =>
    jsonFile([entry(`line ${nanos}\n`, nanos)]),
  ) as [Buffer, Buffer, Buffer];
  const messages = (bytes: Buffer) => {
    const splitter = new JsonFileSplitter();
    const lines = entriesOf(splitter, [bytes]).map((line) => line.slice(38));
    return { lines, damaged: splitter.damaged };
  };

  test.each([
    ['zeros in front of an entry', Buffer.concat([first, Buffer.alloc(4_096), second, third]), 1],
    [
      'zeros over the border of two entries',
      Buffer.concat([
        first,
        first.subarray(0, 20),
        Buffer.alloc(50),
        second.subarray(9),
        second,
        third,
      ]),
      1,
    ],
    [
      'an entry that was not written to its end',
      Buffer.concat([first, first.subarray(0, 12), second, third]),
      1,
    ],
    [
      'an entry that ends in its time',
      Buffer.concat([first, first.subarray(0, -4), second, third]),
      1,
    ],
    ['a line that is no entry', Buffer.concat([first, Buffer.from('oops\n'), second, third]), 1],
    ['megabytes of zeros', Buffer.concat([first, Buffer.alloc(3 << 20), second, third]), 1],
  ])('%s: is counted, and reading goes on behind it', (_, bytes, damaged) => {
    expect(messages(bytes)).toEqual({ lines: ['line 1\n', 'line 2\n', 'line 3\n'], damaged });
  });

  test('a last line that is not written to its end is waited for', () => {
    const splitter = new JsonFileSplitter();

    const before = entriesOf(splitter, [Buffer.concat([first, second.subarray(0, 30)])]);
    const after = entriesOf(splitter, [second.subarray(30)]);

    expect([before.length, after.length, splitter.damaged]).toEqual([1, 1, 0]);
  });

  test('any JSON of the same meaning is an entry', () => {
    const other =
      '{ "time": "2026-11-21T20:10:15.5+01:00", "stream": "stderr", "log": "\\u00fc \\ud83d\\udea2\\n" }\n';

    expect(entriesOf(new JsonFileSplitter(), [Buffer.from(other)])).toEqual([
      'stderr 2026-11-21T19:10:15.500000000Z ü 🚢\n',
    ]);
  });

  test('of a terminal has lines of the console, without the carriage return', () => {
    const log = jsonFile([entry('one\r\n', 1), entry('torn', 2), entry('two\r\n', 3)]);

    expect(linesOf([log], 'json-file', true)).toMatchObject([
      { message: 'one', isTerminated: true },
      { message: 'torn', isTerminated: false },
      { message: 'two', isTerminated: true },
    ]);
  });
});

test('a local log whose lengths differ is damaged', () => {
  const bytes = localFile([{ stream: 'stdout', nanos: 1, text: 'line\n' }]);
  bytes[bytes.length - 1] = 1;

  expect(() => entriesOf(new LocalFileSplitter(), [bytes])).toThrow(LogFileError);
});
