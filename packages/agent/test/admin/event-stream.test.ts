import { expect, test } from '@jest/globals';
import type { ContainerEvent } from '@tallyman/sdk';
import fc from 'fast-check';
import { EventStream, type EventTarget } from '../../src/admin/event-stream.ts';

const maxBytes = 1_000;

/** A client that takes what it has got when the test lets it. */
class FakeTarget implements EventTarget {
  destroyed = false;
  writableEnded = false;
  text = '';
  writableLength = 0;
  /** The most it was ever given beyond what it had taken, unless it had taken everything. */
  mostBytes = 0;

  write(bytes: Buffer): void {
    if (this.writableLength > 0)
      this.mostBytes = Math.max(this.mostBytes, this.writableLength + bytes.length);
    this.writableLength += bytes.length;
    this.text += bytes.toString();
  }

  take(): void {
    this.writableLength = 0;
  }
}

function recordOf(n: number, length: number): ContainerEvent {
  const id = `${n}:${'x'.repeat(length)}`;
  return { kind: 'event', id, time: '', host: '', fields: {}, action: 'start', attributes: {} };
}

/** What came, in order: the number of a record, or how many were left out. */
function told(text: string): { record?: number; dropped?: number }[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '' && block !== ': ')
    .map((block) => {
      const [, event, data = ''] = /^event: (record|dropped)\ndata: (.*)$/.exec(block) ?? [];
      const { id, count } = JSON.parse(data);
      return event === 'record' ? { record: Number.parseInt(id, 10) } : { dropped: count };
    });
}

const chunk = fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constant(3_000)), {
  minLength: 1,
  maxLength: 12,
});

test('every record comes in its turn, or is counted in its place, within the bound', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(chunk, fc.constant('taken' as const))), (steps) => {
      const target = new FakeTarget();
      let dropped = 0;
      const stream = new EventStream(target, maxBytes, (records) => {
        dropped += records;
      });
      let offered = 0;

      for (const step of steps)
        if (step === 'taken') {
          target.take();
          stream.drained();
        } else stream.records(step.map((length) => recordOf(offered++, length)));
      target.take();
      stream.drained();

      let next = 0;
      for (const { record, dropped: count = 0 } of told(target.text)) {
        if (record !== undefined) expect(record).toBe(next);
        next += record === undefined ? count : 1;
      }
      expect(next).toBe(offered);
      const counts = told(target.text).map(({ dropped: count = 0 }) => count);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(dropped);
      expect(target.mostBytes).toBeLessThanOrEqual(maxBytes + '{"count":1000000}'.length + 30);
    }),
    { numRuns: 1_000 },
  );
});

test('one record that is larger than the bound comes where nothing else waits', () => {
  const target = new FakeTarget();
  const stream = new EventStream(target, maxBytes, () => {});

  stream.records([recordOf(0, 5_000)]);
  stream.records([recordOf(1, 1)]);
  target.take();
  stream.drained();

  expect(told(target.text)).toEqual([{ record: 0 }, { dropped: 1 }]);
});

test('a state is left out while the client is behind, and is no loss', () => {
  const target = new FakeTarget();
  const stream = new EventStream(target, maxBytes, () => {});

  stream.state(JSON.stringify({ first: 'x'.repeat(900) }));
  stream.state(JSON.stringify({ second: 'x'.repeat(900) }));
  stream.heartbeat();
  target.take();
  stream.drained();

  expect(target.text).toMatch(/^event: state\ndata: \{"first":"x+"\}\n\n: \n\n$/);
});

test.each(['destroyed', 'writableEnded'] as const)(
  'nothing is written once the target is %s',
  (end) => {
    const target = new FakeTarget();
    target[end] = true;
    const stream = new EventStream(target, maxBytes, () => {});

    stream.state('{}');
    stream.records([recordOf(0, 1)]);
    stream.heartbeat();

    expect(target.text).toBe('');
  },
);
