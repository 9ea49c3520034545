import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { ReadingPace } from '../src/tcp/reading-pace.ts';
import { leastRoundTrip } from '../src/tcp/round-trip.ts';

class ConnectingSocket extends EventEmitter {
  connecting = true;
}

test('measures a round trip while a socket connects, and never too much', async () => {
  const clock = new VirtualClock();
  const socket = new ConnectingSocket();
  const roundTripMs = leastRoundTrip(socket, clock);
  await clock.advance(30);
  socket.emit('connectionAttempt');

  for (let ms = 0; ms < 20; ms++) await clock.advance(1);
  const measuredMs = roundTripMs();
  socket.connecting = false;
  for (let ms = 0; ms < 20; ms++) await clock.advance(1);

  expect(measuredMs).toBeGreaterThanOrEqual(18);
  expect(roundTripMs()).toBeLessThanOrEqual(20);
  expect(clock.pending).toBe(0);
});

test('does not take what the process did meanwhile for a round trip', async () => {
  const clock = new VirtualClock();
  const socket = new ConnectingSocket();
  const roundTripMs = leastRoundTrip(socket, clock);
  socket.emit('connectionAttempt');

  // The timer is late, and the event loop finds the answer when it looks at its sockets.
  const busy = clock.advance(500);
  socket.connecting = false;
  await busy;

  expect(roundTripMs()).toBe(0);
});

const mebibyte = 1024 * 1024;
const burst = { carryingMs: 0, carriedBytes: mebibyte };

test('leaves a peer the time to read a burst that it needed last time', () => {
  const pace = new ReadingPace();

  pace.learn({ ...burst, afterMs: 35, lateMs: 30, silenceMs: 20 });

  expect(pace.silenceMs(burst)).toBeCloseTo(50);
  expect(pace.silenceMs({ ...burst, carryingMs: 30 })).toBeCloseTo(20);
});

test('leaves none for what came slower than the peer reads, and learns nothing from it', () => {
  const pace = new ReadingPace();
  const trickle = { carryingMs: 1_000, carriedBytes: mebibyte };
  const before = pace.silenceMs(burst);

  pace.learn({ ...trickle, afterMs: 9, lateMs: 8, silenceMs: 1 });

  expect(pace.silenceMs(trickle)).toBe(0);
  expect(pace.silenceMs(burst)).toBe(before);
});

test('leaves a peer that answers at once less and less, and a slow one no more than 250 ms', () => {
  const pace = new ReadingPace();
  const slow = new ReadingPace();

  for (let time = 0; time < 20; time++)
    pace.learn({ ...burst, afterMs: 1, lateMs: 1, silenceMs: 1 });
  slow.learn({ ...burst, afterMs: 9_000, lateMs: 9_000, silenceMs: 40 });

  expect(pace.silenceMs(burst)).toBeLessThan(1);
  expect(slow.silenceMs(burst)).toBe(250);
});
