import { describe, expect, test } from '@jest/globals';
import { Hold } from '../../../src/collect/attach/hold.ts';
import { instantOf } from '../../../src/decode/instant.ts';
import { LogRecord, LogSource } from '../../../src/decode/log.ts';

const container = { id: 'a'.repeat(64), name: 'job', image: 'busybox' };
const source = new LogSource({ host: 'quay', container, fields: {} }, 'stdout');

function lineOf(text: string): LogRecord {
  const bytes = Buffer.from(text);
  const time = '2026-01-01T00:00:00.000000000Z';
  const facts = { ...instantOf(time), ordinal: 0, truncated: false, isTerminated: true };
  return new LogRecord(source, { ...facts, bytes, start: 0, end: bytes.length });
}

function holdOf(whenFull: 'release' | 'drop') {
  const taken: string[] = [];
  const take = (records: readonly LogRecord[]) =>
    void taken.push(...records.map(({ message }) => message));
  return { hold: new Hold({ limitBytes: 10_000, whenFull, take }), taken };
}

const long = 'x'.repeat(20_000);

describe('what is held back until it is known whether it is needed', () => {
  test('is handed on in order once it is, and what comes then at once', () => {
    const { hold, taken } = holdOf('release');
    hold.add([lineOf('one')]);
    hold.add([lineOf('two')]);
    expect(taken).toEqual([]);

    hold.release();
    hold.add([lineOf('three')]);

    expect(taken).toEqual(['one', 'two', 'three']);
  });

  test('is gone for good once it is not', () => {
    const { hold, taken } = holdOf('release');
    hold.add([lineOf('one')]);

    hold.drop();
    hold.release();
    hold.add([lineOf('two')]);

    expect(taken).toEqual([]);
    expect(hold.isNotNeeded).toBe(true);
  });

  test.each([
    ['release', ['one', long]],
    ['drop', []],
  ] as const)('where it is too much: %s', (whenFull, expected) => {
    const { hold, taken } = holdOf(whenFull);

    hold.add([lineOf('one')]);
    hold.add([lineOf(long)]);

    expect(taken).toEqual(expected);
    expect([hold.isNeeded, hold.isNotNeeded]).toEqual([
      whenFull === 'release',
      whenFull === 'drop',
    ]);
  });

  test('is dropped as soon as the engine’s log was read, or where it is too much beside it', () => {
    let isRead = false;
    const beside = () => {
      const { hold, taken } = holdOf('release');
      hold.add([lineOf('one')]);
      hold.besideLog(() => isRead);
      return { hold, taken };
    };
    const [full, read] = [beside(), beside()];

    full.hold.add([lineOf(long)]);
    isRead = true;
    read.hold.add([lineOf('two')]);

    for (const { hold, taken } of [full, read]) {
      expect(hold.isNotNeeded).toBe(true);
      expect(taken).toEqual([]);
    }
  });
});
