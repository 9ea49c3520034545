import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { ReadPace } from '../../../src/collect/transport/read-pace.ts';

const lineBytes = 150;

/** Connections on which a line comes so often; for so long. */
async function read(connections: number, everyMs: number, forMs: number) {
  const clock = new VirtualClock();
  const pace = new ReadPace(clock);
  const paused = new Map<number, number>();
  const pauses: number[] = [];
  let reads = 0;
  const come = (connection: number, bytes: number) => {
    reads++;
    const goesOn = pace.goesOn(bytes, () => {
      pauses.push(clock.monotonicMs() - (paused.get(connection) ?? Number.NaN));
      paused.delete(connection);
    });
    if (!goesOn) paused.set(connection, clock.monotonicMs());
  };
  for (let ms = 0; ms < forMs; ms++) {
    for (let connection = 0; connection < connections; connection++)
      if ((ms + connection) % everyMs === 0 && !paused.has(connection)) come(connection, lineBytes);
    await clock.advance(1);
  }
  return { reads, pauses };
}

describe('the pace of reading', () => {
  test('leaves connections alone that bring little together', async () => {
    const { pauses, reads } = await read(50, 50, 2_000);

    expect(pauses).toEqual([]);
    expect(reads).toBe(2_000);
  });

  test('spaces the reads of many, none by more than 100 ms', async () => {
    const { pauses, reads } = await read(200, 10, 2_000);

    expect(pauses.length).toBeGreaterThan(0);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(100);
    expect(reads).toBeLessThan(20_000);
  });

  test('resumes each connection that it had paused', async () => {
    const clock = new VirtualClock();
    const pace = new ReadPace(clock);
    const [resumed, paused]: [number[], number[]] = [[], []];
    for (let each = 0; each < 200; each++) {
      if (!pace.goesOn(lineBytes, () => resumed.push(each))) paused.push(each);
      await clock.advance(each % 2 === 0 ? 0 : 1);
    }
    await clock.advance(100);

    expect(paused.length).toBeGreaterThan(0);
    expect(resumed).toEqual(paused);
  });

  test('lets a connection that is full be read on at once', async () => {
    const clock = new VirtualClock();
    const pace = new ReadPace(clock);
    const goOn: boolean[] = [];
    for (let each = 0; each < 1_000; each++) {
      goOn.push(pace.goesOn(64 * 1024, () => {}));
      if (each % 10 === 0) await clock.advance(1);
    }

    expect(goOn).not.toContain(false);
  });
});
