import type { Clock } from '@tallyman/sdk';

const stepMs = 1;
const longestMs = 1_000;

/** What is needed of a socket. */
export interface Connecting {
  readonly connecting: boolean;
  on(event: 'connectionAttempt', listener: () => void): unknown;
  once(event: 'connectionAttempt', listener: () => void): unknown;
}

/**
 * Measures how long at least a round trip takes, while the socket connects: never more than it really is, also
 * in a busy process, for a FIN that comes sooner than that after ours cannot answer it. (How long connecting
 * seemed to take is no such bound: it includes what the process did meanwhile.)
 */
export function leastRoundTrip(socket: Connecting, clock: Clock): () => number {
  let startedMs = clock.monotonicMs();
  let leastMs = 0;
  const step = () => {
    const nowMs = clock.monotonicMs();
    // Runs after the event loop has looked at its sockets: the answer had not come by `nowMs`.
    setImmediate(() => {
      if (!socket.connecting) return;
      leastMs = nowMs - startedMs;
      if (leastMs < longestMs) clock.after(stepMs, step);
    });
  };
  socket.on('connectionAttempt', () => {
    startedMs = clock.monotonicMs();
    leastMs = 0;
  });
  socket.once('connectionAttempt', () => clock.after(stepMs, step));
  return () => leastMs;
}
