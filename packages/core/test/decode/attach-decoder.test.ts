import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AttachDecoder } from '../../src/decode/attach-decoder.ts';
import { ReceiptTimes } from '../../src/decode/attach-times.ts';
import { type LogRecord, LogSource } from '../../src/decode/log.ts';

const noon: string = '2026-01-01T12:00:00.000000000Z';

function decoderFor({ tty = false, maxLineBytes = 1_000, now = () => noon } = {}) {
  const container = { id: 'a'.repeat(64), name: 'web', image: 'nginx' };
  return new AttachDecoder({
    tty,
    maxLineBytes,
    now,
    times: new ReceiptTimes(),
    source: (stream) => new LogSource({ host: 'quay', container, fields: {} }, stream),
  });
}

function frame(stream: 'stdout' | 'stderr', text: string | Buffer): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([stream === 'stdout' ? 1 : 2, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

const messagesOf = (records: readonly LogRecord[]) => records.map(({ message }) => message);

describe('what an attached container prints', () => {
  test('becomes lines, however it was written', () => {
    const decoder = decoderFor();

    const records = [
      ...decoder.write(frame('stdout', 'one\ntwo\nthr')),
      ...decoder.write(frame('stdout', 'ee\n')),
    ];

    expect(messagesOf(records)).toEqual(['one', 'two', 'three']);
  });

  test('is kept apart by its stream', () => {
    const decoder = decoderFor();

    const records = decoder.write(
      Buffer.concat([frame('stdout', 'out'), frame('stderr', 'err\n'), frame('stdout', 'put\n')]),
    );

    expect(records.map(({ stream, message }) => [stream, message])).toEqual([
      ['stderr', 'err'],
      ['stdout', 'output'],
    ]);
  });

  test('of a terminal comes without frames and with its own line endings', () => {
    const [record] = decoderFor({ tty: true }).write(Buffer.from('hello\r\n'));

    expect(record).toMatchObject({ stream: 'console', message: 'hello' });
  });

  test('has the times of its receipt, a nanosecond apart, and ids by them', () => {
    const records = decoderFor().write(frame('stdout', 'one\ntwo\n'));

    expect(records.map(({ time }) => time)).toEqual([
      '2026-01-01T12:00:00.000000000Z',
      '2026-01-01T12:00:00.000000001Z',
    ]);
    expect(records.map(({ id }) => id)).toEqual([
      'aaaaaaaaaaaa:o:1767268800000000000:0',
      'aaaaaaaaaaaa:o:1767268800000000001:0',
    ]);
  });

  test('is received when its line begins', () => {
    let now = noon;
    const decoder = decoderFor({ now: () => now });

    decoder.write(frame('stdout', 'begun'));
    now = '2026-01-01T12:00:07.000000000Z';
    const [record] = decoder.write(frame('stdout', ' and ended\n'));

    expect(record).toMatchObject({ time: noon, message: 'begun and ended' });
  });

  test('ends without a line ending where the container does', () => {
    const decoder = decoderFor();

    expect(decoder.write(frame('stdout', 'last words'))).toEqual([]);
    expect(messagesOf(decoder.flush())).toEqual(['last words']);
    expect(decoder.flush()).toEqual([]);
  });

  test('is cut where a line is too long, in whatever pieces it comes', () => {
    const decoder = decoderFor({ maxLineBytes: 10 });

    for (let written = 0; written < 50_000; written++) decoder.write(frame('stdout', '.'));
    const [record] = decoder.write(frame('stdout', '\n'));

    expect(record).toMatchObject({ message: '.'.repeat(10), truncated: true });
  });

  test('may contain what the engine says itself: that ends it, and takes nothing along', () => {
    const decoder = decoderFor();
    const failing = Buffer.concat([frame('stdout', 'before\n'), frame('stdout', 'oops')]);
    failing[15] = 3;

    expect(() => decoder.write(failing)).toThrow('the engine says "oops"');
    expect(messagesOf(decoder.take())).toEqual(['before']);
  });

  test('gives the same lines wherever the transport cuts it', () => {
    const stream = fc.constantFrom('stdout', 'stderr' as const);
    const printed = fc.array(fc.tuple(stream, fc.stringMatching(/^[ab\n]{0,12}$/)));
    fc.assert(
      fc.property(printed, fc.array(fc.nat(40)), (writes, cuts) => {
        const bytes = Buffer.concat(writes.map(([name, text]) => frame(name, text)));
        const decoder = decoderFor();
        const records: LogRecord[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          records.push(...decoder.write(bytes.subarray(at, at + cut)));
          at += cut;
        }
        records.push(...decoder.write(bytes.subarray(at)), ...decoder.flush());

        for (const name of ['stdout', 'stderr'] as const) {
          const whole = writes.map(([each, text]) => (each === name ? text : '')).join('');
          const lines = whole.replace(/\n$/, '').split('\n');
          const got = records.filter((record) => record.stream === name);
          expect(messagesOf(got)).toEqual(whole === '' ? [] : lines);
        }
        expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
      }),
    );
  });
});

describe('times of receipt', () => {
  test('never stand and never run backwards, whatever the clock does', () => {
    const second = fc.integer({ min: 0, max: 3 });
    const nanos = fc.constantFrom('000000000', '000000001', '999999998', '999999999');
    fc.assert(
      fc.property(fc.array(fc.tuple(second, nanos, fc.nat(3))), (arrivals) => {
        const times = new ReceiptTimes();
        const given: string[] = [];
        for (const [at, fraction, lines] of arrivals) {
          times.arrive(`2026-01-01T23:59:5${6 + at}.${fraction}Z`);
          for (let line = 0; line < lines; line++) given.push(times.next());
        }

        expect(given).toEqual([...new Set(given)].toSorted());
        expect(given.every((time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(time))).toBe(
          true,
        );
      }),
    );
  });

  test('go on into the next second', () => {
    const times = new ReceiptTimes();
    times.arrive('2026-12-31T23:59:59.999999999Z');

    expect([times.next(), times.next()]).toEqual([
      '2026-12-31T23:59:59.999999999Z',
      '2027-01-01T00:00:00.000000000Z',
    ]);
    expect(times.last).toBe('2027-01-01T00:00:00.000000000Z');
  });
});
