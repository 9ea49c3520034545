import { describe, expect, test } from '@jest/globals';
import { encodeJsonLines } from '@tallyman/sdk';
import fc from 'fast-check';
import { LogSource, type StreamName } from '../../src/decode/log.ts';
import {
  type DecodedChunk,
  LogDecoder,
  type LogDecoderSettings,
} from '../../src/decode/log-decoder.ts';
import { EngineLogError } from '../../src/decode/log-pieces.ts';
import { type LogPosition, PositionLostError } from '../../src/decode/resume.ts';
import { anyCuts, cut, frame, timeAt } from './bytes.ts';

const origin = {
  host: 'quay',
  container: { id: '0123456789ab'.padEnd(64, '0'), name: 'web', image: 'nginx' },
  fields: {},
};
const recordsOf = (chunks: readonly DecodedChunk[]) =>
  chunks.flatMap(({ records }) => Array.from(records));

const settings: LogDecoderSettings = {
  tty: false,
  maxLineBytes: 1_000_000,
  source: (stream: StreamName) => new LogSource(origin, stream),
  fallbackTime: timeAt(0),
};

const out = (nanos: number, text: string) => frame(1, `${timeAt(nanos)} ${text}`);
const err = (nanos: number, text: string) => frame(2, `${timeAt(nanos)} ${text}`);

/** What one connection with these bytes gives, as `stream message`. */
function read(chunks: readonly Buffer[], more: Partial<LogDecoderSettings> = {}) {
  const decoder = new LogDecoder({ ...settings, ...more });
  const records = chunks.flatMap((chunk) => {
    const own = Buffer.from(chunk);
    const decoded = decoder.write(own);
    // They were the decoder's only during the call.
    own.fill('#');
    return recordsOf(decoded);
  });
  return { decoder, records, lines: records.map((r) => `${r.stream} ${r.message}`) };
}

describe('a framed log', () => {
  test('keeps the two outputs apart while both are in the middle of a long line', () => {
    const { lines } = read([
      out(1, 'x'.repeat(16_384)),
      err(2, 'y'.repeat(16_384)),
      out(1, 'x\n'),
      err(2, 'y\n'),
    ]);

    expect(lines).toEqual([`stdout ${'x'.repeat(16_385)}`, `stderr ${'y'.repeat(16_385)}`]);
  });

  test('gives a long line once and whole in the midst of which the engine went back, wherever the connection is cut', () => {
    const piece = 'x'.repeat(16_384);
    const block = [out(1, 'one\n'), err(2, 'two\n'), out(3, piece), out(3, piece)];
    const frames = [...block, err(4, 'three\n'), ...block, out(3, 'x\n'), out(5, 'end\n')];
    const expected = ['stdout one', 'stderr two', 'stderr three', `stdout ${piece}${piece}x`];

    const { lines, decoder } = read(frames);
    expect(lines).toEqual([...expected, 'stdout end']);
    expect(decoder.repeatedLines).toBe(2);

    const sound = [...block, err(4, 'three\n'), out(3, 'x\n'), out(5, 'end\n')];
    for (let place = 1; place < frames.length; place++) {
      const first = read(frames.slice(0, place));
      const { position } = first.decoder;
      const second = read(sound, position === undefined ? {} : { position });
      expect([...first.lines, ...second.lines].toSorted()).toEqual([...lines].toSorted());
    }
  });

  test('gives what there is of a line that its container’s death cut short, also where the clock was set back then', () => {
    const { lines, decoder } = read([out(5, 'cut sho'), out(3, 'other run\n'), out(4, 'cut')]);
    const rest = recordsOf(decoder.flush()).map(({ message }) => message);

    expect(lines).toEqual(['stdout cut sho', 'stdout other run']);
    expect(rest).toEqual(['cut']);
  });

  test('takes a frame of type 3 for what it is: the engine reporting an error', () => {
    expect(() => read([out(1, 'line\n'), frame(3, 'Error grabbing logs: disk on fire')])).toThrow(
      EngineLogError,
    );
  });

  test('joins a character that was cut in two by the border of a piece', () => {
    const euro = Buffer.from('€');
    const time = Buffer.from(`${timeAt(1)} `);

    const { lines } = read([
      frame(1, Buffer.concat([time, euro.subarray(0, 1)])),
      frame(1, Buffer.concat([time, euro.subarray(1), Buffer.from('\n')])),
    ]);

    expect(lines).toEqual(['stdout €']);
  });

  test('shows bytes that are not UTF-8 as U+FFFD without losing the bytes after them', () => {
    const time = Buffer.from(`${timeAt(1)} `);
    const line = Buffer.concat([time, Buffer.from([0x62, 0xff, 0xff, 0x0a])]);

    const { lines } = read([frame(1, line), out(2, '0123456789 end\n'), out(3, 'n\0l\n')]);

    expect(lines).toEqual(['stdout b\ufffd\ufffd', 'stdout 0123456789 end', 'stdout n\0l']);
  });

  test('gives records whose ids, times and JSON are those of the contract', () => {
    const { records } = read([out(7, 'a\n'), out(7, 'b "q"\n'), err(7, 'c\n')]);

    expect(records.map(({ id }) => id)).toEqual([
      `0123456789ab:o:1795288215000000007:0`,
      `0123456789ab:o:1795288215000000007:1`,
      `0123456789ab:e:1795288215000000007:0`,
    ]);
    expect(JSON.parse(JSON.stringify(records[1]))).toEqual({
      kind: 'log',
      id: records[1]?.id,
      time: '2026-11-21T19:10:15.000000007Z',
      ...origin,
      stream: 'stdout',
      message: 'b "q"',
    });
    expect(encodeJsonLines({ records }).toString()).toBe(
      records.map((record) => `${JSON.stringify(record)}\n`).join(''),
    );
  });

  test('accepts the timestamps of Podman: local zone, zeros trimmed', () => {
    const { records } = read([frame(1, '2026-11-21T20:10:15.5+01:00 line\n')]);

    expect(records[0]?.time).toBe('2026-11-21T19:10:15.500000000Z');
    expect(records[0]?.message).toBe('line');
  });

  test('counts a piece without a time and keeps its text', () => {
    const { decoder, lines } = read([out(1, 'a\n'), frame(1, 'no time here\n')]);

    expect(lines).toEqual(['stdout a', 'stdout no time here']);
    expect(decoder.untimedPieces).toBe(1);
  });
});

describe('a TTY log', () => {
  const tty = { tty: true };

  test('is one stream, without the carriage returns of the terminal', () => {
    const { lines } = read([Buffer.from(`${timeAt(1)} a\r\n${timeAt(2)} \r\n`)], tty);

    expect(lines).toEqual(['console a', 'console ']);
  });

  test('loses the times that the engine puts inside a long line, and nothing else', () => {
    const time = timeAt(1);
    const looksAlike = `${timeAt(2)} `;
    const long = `${'x'.repeat(16_384)}${time} ${looksAlike}${'y'.repeat(16_384 - 31)}${time} z`;

    const { lines } = read([Buffer.from(`${time} ${long}\r\n${timeAt(3)} next\r\n`)], tty);

    expect(lines).toEqual([
      `console ${'x'.repeat(16_384)}${looksAlike}${'y'.repeat(16_384 - 31)}z`,
      'console next',
    ]);
  });

  test('tells the last line of one run from the first of the next, which follows at once', () => {
    const { lines } = read([Buffer.from(`${timeAt(1)} cut sho${timeAt(2)} next run\r\n`)], tty);

    expect(lines).toEqual(['console cut sho', 'console next run']);
  });

  test('gives a long line once and whole in the midst of which the engine went back', () => {
    const piece = `${timeAt(3)} ${'x'.repeat(16_384)}`;
    const block = `${timeAt(1)} one\r\n${timeAt(2)} two\r\n${piece}`;
    const { lines, decoder } = read([Buffer.from(`${block}${block}${timeAt(3)} y\r\n`)], tty);

    expect(lines).toEqual(['console one', 'console two', `console ${'x'.repeat(16_384)}y`]);
    expect(decoder.repeatedLines).toBe(2);
  });

  test('tells the runs apart where one ended with a whole piece of a line', () => {
    const piece = `${timeAt(1)} ${'x'.repeat(16_384)}`;
    const { lines } = read([Buffer.from(`${piece}${timeAt(2)} next run\r\n`)], tty);

    expect(lines).toEqual([`console ${'x'.repeat(16_384)}`, 'console next run']);
  });

  test('leaves alone a time that the container printed: it is older than its line', () => {
    const { lines } = read([Buffer.from(`${timeAt(2)} at ${timeAt(1)} went well\r\n`)], tty);

    expect(lines).toEqual([`console at ${timeAt(1)} went well`]);
  });

  test('keeps a line that ended only because its container stopped', () => {
    const { decoder, lines } = read([Buffer.from(`${timeAt(1)} a\r\n${timeAt(2)} prompt> `)], tty);

    expect(lines).toEqual(['console a']);
    expect(recordsOf(decoder.flush()).map(({ message }) => message)).toEqual(['prompt> ']);
  });

  test('reads the same lines wherever the transport cut it', () => {
    const anyLines = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 6 });
    fc.assert(
      fc.property(anyLines, anyCuts, (lengths, cuts) => {
        const wanted = lengths.map((length, index) =>
          String.fromCharCode(97 + index).repeat(length),
        );
        const stream = wanted.map((line, index) => consoleLine(index, `${line}\r\n`)).join('');

        const { records } = read(cut(Buffer.from(stream), cuts), tty);

        expect(records.map(({ message }) => message)).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });
});

/** A line as the engine writes it: its time in front, and again at each border of 16,384 bytes. */
function consoleLine(nanos: number, text: string): string {
  const pieces = text.match(/[\s\S]{1,16384}/g) ?? [];
  return pieces.map((piece) => `${timeAt(nanos)} ${piece}`).join('');
}

describe('after a cut connection', () => {
  /** Any log: lines of both outputs, some long, at times that go back and forth a little. */
  const anyLog = fc.array(
    fc.record({
      stream: fc.constantFrom<'out' | 'err'>('out', 'err'),
      pieces: fc.integer({ min: 1, max: 3 }),
      isTerminated: fc.boolean(),
    }),
    { maxLength: 12 },
  );

  test('every line comes exactly once, wherever the cut fell', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(), fc.nat(), (log, firstCut, secondCut) => {
        const frames = interleaved(log);
        const whole = read(frames);
        const wanted = [...whole.records, ...recordsOf(whole.decoder.flush())].map(
          ({ id, message }) => id + message,
        );

        const got: string[] = [];
        let position: LogPosition | undefined;
        const ends = [
          firstCut % (frames.length + 1),
          secondCut % (frames.length + 1),
          frames.length,
        ];
        for (const [index, end] of ends.entries()) {
          const { decoder, records } = read(frames.slice(0, end), position ? { position } : {});
          got.push(...records.map(({ id, message }) => id + message));
          if (index === ends.length - 1)
            got.push(...recordsOf(decoder.flush()).map(({ id, message }) => id + message));
          position = decoder.position ?? position;
        }

        expect([...got].sort()).toEqual([...wanted].sort());
      }),
      { numRuns: 2_000 },
    );
  });

  test('a lane that was away reads exactly what lies between its place and the others’', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(), fc.nat(), (log, oneCut, otherCut) => {
        const frames = interleaved(log);
        const ends = [oneCut, otherCut].map((at) => at % (frames.length + 1));
        const [away = 0, shared = 0] = ends.toSorted((a, b) => a - b);
        const before = read(frames.slice(0, away));
        const others = read(frames.slice(0, shared));
        const position = others.decoder.position;
        fc.pre(position !== undefined);
        let isReached = false;

        const { decoder, records } = read(frames, {
          ...(before.decoder.position ? { position: before.decoder.position } : {}),
          until: {
            position,
            by: 'line',
            reached: () => {
              isReached = true;
              return undefined;
            },
          },
        });

        const ids = (some: readonly { id: string }[]) => some.map(({ id }) => id).sort();
        expect(ids([...before.records, ...records])).toEqual(ids(others.records));
        expect([isReached, decoder.isComplete]).toEqual([true, true]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('asked for a log’s end, every line comes once where the place is in it; else it is said to be lost', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(), fc.integer({ min: 1, max: 20 }), (log, cutAt, tail) => {
        const frames = interleaved(log);
        const before = read(frames.slice(0, cutAt % (frames.length + 1)));
        const position = before.decoder.position;
        fc.pre(position?.after !== undefined);
        const whole = read(frames).decoder;
        whole.flush();

        const decoder = new LogDecoder({ ...settings, position, tail });
        let records: readonly { id: string }[] = [];
        try {
          records = recordsOf(frames.slice(-tail).flatMap((piece) => decoder.write(piece)));
        } catch (error) {
          expect(error).toBeInstanceOf(PositionLostError);
          return;
        }

        if (!decoder.hasResumed) expect(records).toEqual([]);
        else {
          const wanted = read(frames, { position }).records;
          expect(records.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('a line that only its container’s stop had ended does not come again', () => {
    const first = read([out(1, 'unfinished')]);
    first.decoder.flush();
    const position = first.decoder.position;

    const { lines } = read(
      [out(1, 'unfinished'), err(2, 'other run\n'), out(3, 'goes on\n')],
      position ? { position } : {},
    );

    expect(lines).toEqual(['stderr other run', 'stdout goes on']);
  });

  test('a line that took seconds to end does not make lines of its time look lost', () => {
    const bar = (text: string) => frame(2, `${timeAt(1)} ${text}`);
    const at = (second: number, text: string) =>
      frame(1, `2026-11-21T19:10:${15 + second}.000000000Z ${text}\n`);
    const frames = [bar('10%'), at(2, 'a'), at(4, 'b'), bar(' 100%\n')];
    const position = read(frames).decoder.position as LogPosition;

    const { lines } = read([...frames, at(6, 'c')], { position });

    expect(lines).toEqual(['stdout c']);
  });

  test('a line that does not come again is said to be lost, and reading by time goes on', () => {
    const position = read([out(1, 'rotated away\n')]).decoder.position as LogPosition;
    const later = frame(1, `2026-11-21T19:10:17.000000000Z next\n`);

    expect(() => read([later], { position })).toThrow(PositionLostError);
    expect(read([later], { position, resumeBy: 'time' }).lines).toEqual(['stdout next']);
  });
});

/** The frames of a log whose long lines of the two outputs run into each other. */
function interleaved(
  log: readonly { stream: 'out' | 'err'; pieces: number; isTerminated: boolean }[],
): Buffer[] {
  const frames: Buffer[] = [];
  const held: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] };
  const release = (stream: 'out' | 'err') => frames.push(...held[stream].splice(0));
  log.forEach(({ stream, pieces, isTerminated }, index) => {
    const print = stream === 'out' ? out : err;
    release(stream);
    for (let piece = 1; piece < pieces; piece++)
      held[stream].push(print(index, `${index}.${piece} `));
    const [first] = held[stream].splice(0, 1);
    if (first) frames.push(first);
    held[stream].push(print(index, isTerminated ? `${index} end\n` : `${index} end`));
    if (pieces === 1) release(stream);
  });
  release('out');
  release('err');
  return frames;
}
