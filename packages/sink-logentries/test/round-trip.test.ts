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

test('leaves a peer the time to read that it needed last time', () => {
  const pace = new ReadingPace();

  pace.learn({ afterMs: 65, lateMs: 60, silenceMs: 40, carriedBytes: 2 * mebibyte });

  expect(pace.silenceMs(mebibyte)).toBeCloseTo(50);
  expect(pace.silenceMs(1_000)).toBeLessThan(0.1);
});

test('leaves a peer that answers at once less and less, and a slow one no more than 250 ms', () => {
  const pace = new ReadingPace();
  const slow = new ReadingPace();

  for (let time = 0; time < 20; time++)
    pace.learn({ afterMs: 1, lateMs: 1, silenceMs: 1, carriedBytes: mebibyte });
  slow.learn({ afterMs: 9_000, lateMs: 9_000, silenceMs: 40, carriedBytes: mebibyte });

  expect(pace.silenceMs(4 * mebibyte)).toBeLessThan(1);
  expect(slow.silenceMs(4 * mebibyte)).toBe(250);
});
