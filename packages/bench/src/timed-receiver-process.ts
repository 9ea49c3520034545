import { type AddressInfo, createServer } from 'node:net';
import { p99Of, percentileOf } from './figures.ts';
import { LineTimes } from './line-times.ts';
import type { Delays, TimedAnswer, TimedQuestion } from './timed-receiver.ts';

// The program of a `TimedReceiver`. Ends with its parent.

const host = '127.0.0.1';
const sinceReadMs: number[] = [];
const sincePrintedMs: number[] = [];
let port = 0;
let originMs = preciseOriginMs();

const server = createServer((socket) => {
  let nowMs = 0;
  const lines = new LineTimes(({ readMs, printedMs }) => {
    if (readMs !== undefined) sinceReadMs.push(nowMs - readMs);
    if (printedMs !== undefined) sincePrintedMs.push(nowMs - printedMs);
  });
  socket.on('data', (chunk) => {
    nowMs = originMs + performance.now();
    lines.take(chunk);
  });
  socket.on('error', () => {});
});

/** What `performance.now()` counts from, on the real-time clock: `Date.now()` has whole milliseconds only. */
function preciseOriginMs(): number {
  const before = Date.now();
  let now = before;
  while (now === before) now = Date.now();
  return now - performance.now();
}

function delaysOf(delaysMs: readonly number[]): Delays {
  return {
    count: delaysMs.length,
    p50Ms: percentileOf(delaysMs, 50),
    p99Ms: p99Of(delaysMs),
    maxMs: percentileOf(delaysMs, 100),
  };
}

function answer(question: TimedQuestion, reply: (answer: TimedAnswer) => void): void {
  const state = () =>
    reply({
      host,
      port,
      sinceRead: delaysOf(sinceReadMs),
      sincePrinted: delaysOf(sincePrintedMs),
    });
  switch (question) {
    case 'figures':
      state();
      return;
    case 'reset':
      sinceReadMs.length = 0;
      sincePrintedMs.length = 0;
      originMs = preciseOriginMs();
      state();
      return;
    case 'listen':
      server.listen(port, host, () => {
        ({ port } = server.address() as AddressInfo);
        state();
      });
  }
}

process.on('message', (question: TimedQuestion) => {
  answer(question, (reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit());
