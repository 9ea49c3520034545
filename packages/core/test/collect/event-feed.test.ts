import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EventFeed } from '../../src/collect/event-feed.ts';
import { Counters } from '../../src/vitals/counters.ts';
import { anyCuts, cut } from '../decode/bytes.ts';
import { recordedText } from '../decode/recorded.ts';
import { logInto, type Said } from '../ship/lane-under-test.ts';

function feed() {
  const taken: string[] = [];
  const said: Said[] = [];
  const counters = new Counters();
  const events = new EventFeed(
    ({ action, nanos }, ordinal) => taken.push(`${nanos} ${action} ${ordinal}`),
    { counters, log: logInto(said) },
  );
  return { events, taken, said, counters };
}

const line = (nanos: number, action = 'start', id = 'ab') =>
  `{"Type":"container","Action":"${action}","Actor":{"ID":"${id}"},"timeNano":${nanos}}\n`;

describe('the feed of events', () => {
  test('gives the same events however their bytes are cut', async () => {
    const bytes = Buffer.from(await recordedText('docker-28.5/events-life'));
    const whole = feed();
    whole.events.write(bytes);
    fc.assert(
      fc.property(anyCuts, (places) => {
        const { events, taken } = feed();

        for (const piece of cut(bytes, places)) events.write(piece);

        expect(taken).toEqual(whole.taken);
      }),
    );
    expect(whole.taken.length).toBeGreaterThan(10);
  });

  test('takes none twice, wherever the connection breaks off and the engine begins to replay', () => {
    // Some at the same time, some the same in all.
    const lines = [1, 2, 2, 2, 3, 4, 4, 5].map((nanos, n) => line(nanos, n % 3 ? 'kill' : 'die'));
    const all = Buffer.from(lines.join(''));
    const whole = feed();
    whole.events.write(all);
    fc.assert(
      fc.property(fc.array(fc.nat(all.length)), (breaks) => {
        const { events, taken } = feed();

        for (const at of breaks) {
          events.write(all.subarray(0, at));
          events.reconnected();
        }
        events.write(all);

        expect(taken).toEqual(whole.taken);
      }),
    );
    expect(whole.taken).toHaveLength(lines.length);
    expect(new Set(whole.taken).size).toBe(lines.length);
  });

  test('goes on from the youngest event, not from the latest to arrive', () => {
    const { events } = feed();
    expect(events.since).toBeUndefined();

    events.write(Buffer.from(line(5_000_000_123) + line(4_000_000_000)));

    expect(events.since).toBe('5.000000123');
  });

  test('reports what it cannot read and goes on behind it', () => {
    const { events, taken, said, counters } = feed();

    events.write(Buffer.from(`${line(1)}nonsense\n\n${line(2)}`));

    expect(taken).toEqual(['1 start 0', '2 start 0']);
    expect(said).toHaveLength(1);
    expect(counters.snapshot()).toMatchObject({ events: 2, events_unreadable: 1 });
  });

  test('refuses an event that never ends', () => {
    const { events } = feed();

    expect(() => {
      for (let n = 0; n < 20; n++) events.write(Buffer.alloc(100_000, 'x'));
    }).toThrow('longer than');
  });

  test('remembers a bounded number, more than an engine replays', () => {
    const { events, taken } = feed();
    const lines = Array.from({ length: 5_000 }, (_, n) => line(n + 1));

    events.write(Buffer.from(lines.join('')));
    events.reconnected();
    events.write(Buffer.from(lines.slice(-256).join('')));

    expect(taken).toHaveLength(5_000);
  });
});
